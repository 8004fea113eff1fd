"""Segments and clips: held against silero-vad's own timestamps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.config import SpeechConfig
from schemas.errors import UsageError
from schemas.speech import FRAME_MS
from tests.transforms.listening import silero, timestamps
from tests.transforms.peak import peak_bytes
from transforms.audio.segments import BRIEF_PAUSE, Segmenter, Stretch, brief_pause, deepest_pause, split_at_pauses
from transforms.audio.speech import RATE

LEVELS = (0.0, 0.2, 0.345, 0.36, 0.49, 0.5, 0.7, 0.95)
RUNS = st.lists(st.tuples(st.sampled_from(LEVELS), st.integers(1, 45)), max_size=20)
"""Levels on both sides of where speech begins (0.5) and ends (0.35), about the lengths that matter; under 29 s."""


def configs(*max_seconds: float) -> st.SearchStrategy[SpeechConfig]:
    return st.builds(
        lambda threshold, speech, silence, pad, longest: SpeechConfig(
            threshold=threshold,
            min_speech_ms=speech * FRAME_MS,
            min_silence_ms=silence * FRAME_MS,
            pad_ms=min(pad, silence // 2) * FRAME_MS,
            max_seconds=longest,
        ),
        st.sampled_from((0.15, 0.5, 0.8)),
        st.integers(1, 15),
        st.integers(1, 15),
        st.integers(0, 7),
        st.sampled_from(max_seconds),
    )


def track(runs: list[tuple[float, int]]) -> np.ndarray:
    return np.array([level for level, n in runs for _ in range(n)], np.float32)


def stretches_of(speech: np.ndarray, config: SpeechConfig, cuts: Sequence[float] = ()) -> list[Stretch]:
    segmenter = Segmenter(config)
    parts = np.split(speech, sorted(round(c * len(speech)) for c in cuts))
    return [s for part in parts for s in segmenter.push(part)] + list(segmenter.finish())


def bounds(stretches: list[Stretch]) -> list[tuple[int, int]]:
    return [(s.start, s.end) for s in stretches]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(runs=RUNS, config=configs(30.0))
@example(runs=[(0.95, 20), (0.0, 1), (0.36, 20), (0.95, 20)], config=SpeechConfig())
def test_segments_are_those_of_silero(runs: list[tuple[float, int]], config: SpeechConfig) -> None:
    """To the frame, where a pause ends the last one."""
    speech = np.append(track(runs), np.zeros(16, np.float32))
    found = stretches_of(speech, config)
    assert bounds(found) == timestamps(speech, config)
    assert all(np.array_equal(s.speech, speech[s.start : s.end]) for s in found)


@settings(max_examples=100, deadline=None)
@given(runs=RUNS)
def test_only_the_end_of_the_recording_is_seen_otherwise(runs: list[tuple[float, int]]) -> None:
    """silero-vad lets the last segment go on to the end of the recording; ours ends where the pause begins."""
    config = SpeechConfig(min_speech_ms=32)
    speech = track(runs)
    expected, found = timestamps(speech, config), bounds(stretches_of(speech, config))
    assert found[:-1] == expected[:-1]
    for ours, theirs in zip(found[-1:], expected[-1:], strict=True):
        assert ours[0] == theirs[0]
        assert ours[1] <= theirs[1] == len(speech) or ours == theirs
        assert not (speech[ours[1] :] >= config.threshold).any()


@pytest.mark.slow
def test_segments_of_a_call_are_those_of_silero(probabilities: list[np.ndarray]) -> None:
    config = SpeechConfig()
    found = [bounds(stretches_of(np.append(p, np.zeros(12, np.float32)), config)) for p in probabilities]
    assert found == [timestamps(np.append(p, np.zeros(12, np.float32)), config) for p in probabilities]
    assert len(found[0]) > 3
    assert len(found[1]) > 3
    assert not found[3], "noise is no speech"


def test_segments_of_voices_are_those_of_silero(spoken: list[np.ndarray]) -> None:
    config = SpeechConfig()
    clips = spoken[:4]
    gap = np.zeros(RATE, np.float32)
    samples = np.concatenate([part for clip in clips for part in (clip, gap)])
    speech = silero(samples)
    found = bounds(stretches_of(speech, config))
    assert found == timestamps(speech, config)
    assert len(found) >= len(clips)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(runs=RUNS, config=configs(1.0, 2.5, 30.0), cuts=st.lists(st.floats(0, 1), max_size=8))
@example(runs=[(0.95, 400)], config=SpeechConfig(max_seconds=1.0), cuts=[])
@example(runs=[(0.95, 29), (0.0, 3), (0.95, 200)], config=SpeechConfig(max_seconds=1.0), cuts=[0.5])
def test_nothing_said_is_lost(runs: list[tuple[float, int]], config: SpeechConfig, cuts: list[float]) -> None:
    speech = track(runs * 3)
    found = stretches_of(speech, config)

    assert bounds(stretches_of(speech, config, cuts)) == bounds(found), "however the frames come"
    assert all(0 <= s.start < s.end <= len(speech) for s in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all((s.end - s.start) * FRAME_MS <= 10_000 * config.max_seconds for s in found)
    end = max(config.threshold - 0.15, 0.01)
    for stretch in found:
        longest = int(config.max_seconds * 1000) // FRAME_MS
        if len(stretch.speech) > longest:  # where it could have been cut there was no pause
            assert pauses(stretch.speech[longest // 2 : -BRIEF_PAUSE], end) == 0

    inside = np.zeros(len(speech), bool)
    for stretch in found:
        inside[stretch.start : stretch.end] = True
    heard = np.zeros(len(speech), bool)
    for start, end in timestamps(np.append(speech, np.zeros(16, np.float32)), config):
        heard[start:end] = True
    assert inside[heard & (speech >= config.threshold)].all()


def pauses(speech: np.ndarray, below: float) -> int:
    """In how many places four frames in a row lie under `below`."""
    return sum(bool((speech[at : at + 4] < below).all()) for at in range(len(speech) - 3))


def test_speech_without_a_pause_is_cut_only_to_bound_memory() -> None:
    speech = np.random.default_rng(0).uniform(0.6, 1.0, 30_000).astype(np.float32)
    speech[25_000:25_003] = 0.1  # too brief to be between two words
    found = stretches_of(speech, SpeechConfig(max_seconds=30.0))
    assert (found[0].start, found[-1].end) == (0, len(speech))
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(145 <= (s.end - s.start) * FRAME_MS / 1000 <= 300 for s in found[:-1])


def test_speech_without_a_pause_goes_on_to_the_next() -> None:
    speech = np.full(6000, 0.95, np.float32)
    speech[400:404] = 0.1  # in the first half: a cut there would make a short segment
    speech[2000:2003] = 0.1
    speech[3000:3004] = 0.34
    speech[3500:3504] = 0.2
    found = stretches_of(speech, SpeechConfig())
    assert bounds(found) == [(0, 3002), (3002, 3502), (3502, 6000)]
    speech[3500:3520] = 0.2  # a pause that would have ended it anyway
    assert bounds(stretches_of(speech, SpeechConfig())) == [(0, 3002), (3002, 3502), (3518, 6000)]


def test_long_speech_is_cut_at_its_deepest_pause() -> None:
    speech = np.full(1500, 0.95, np.float32)
    speech[600:604] = 0.45
    speech[700:704] = 0.1  # too short to end a segment
    speech[750:753] = 0.0  # and too short to be cut in
    speech[800:804] = 0.3
    found = stretches_of(speech, SpeechConfig())
    assert bounds(found) == [(0, 702), (702, 1500)]


@pytest.mark.parametrize("threshold", [0.15, 0.155])
def test_speech_ends_however_low_its_threshold(threshold: float) -> None:
    speech = track([(0.9, 20), (0.0, 40), (0.9, 20), (0.0, 40)])
    assert len(stretches_of(speech, SpeechConfig(threshold=threshold))) == 2


def test_what_is_wanted_covers_what_comes() -> None:
    speech = np.random.default_rng(1).choice(np.float32(LEVELS), 3000)
    segmenter = Segmenter(SpeechConfig(max_seconds=2.0, min_silence_ms=64, pad_ms=32))
    wanted = 0
    for part in np.split(speech, range(37, 3000, 37)):
        for stretch in segmenter.push(part):
            assert stretch.start >= wanted
        assert segmenter.wanted_from >= wanted
        wanted = segmenter.wanted_from
    assert wanted > 2900


@pytest.mark.parametrize("level", [0.0, 0.95])
def test_memory_does_not_grow_with_the_recording(level: float) -> None:
    """Of speech without a pause the probabilities of five minutes are held, 40 kB."""
    segmenter = Segmenter(SpeechConfig())
    part = np.full(43, level, np.float32)
    _, peak = peak_bytes(lambda: sum(1 for _ in range(5000) for _ in segmenter.push(part)))  # two hours
    assert peak < 200_000


@pytest.mark.parametrize(
    "wrong",
    [{"pad_ms": 300, "max_seconds": 1.0, "min_silence_ms": 700}, {"min_speech_ms": 900, "max_seconds": 1.0}],
    ids=["nothing but padding", "never long enough"],
)
def test_lengths_that_exclude_each_other_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        SpeechConfig(**wrong)  # type: ignore[arg-type]


# Clips


def test_deepest_pause() -> None:
    assert deepest_pause(np.float32([0.9, 0.1, 0.9, 0.4, 0.3, 0.4, 0.9])) == 4, "a pause, not a single low frame"
    assert deepest_pause(np.float32([0.9, 0.2])) == 1
    assert deepest_pause(np.float32([0.0, 0.0, 0.9, 0.9])) == 0
    assert deepest_pause(np.zeros(0, np.float32)) == 0


def test_brief_pause() -> None:
    assert brief_pause(np.float32([0.9, 0.3, 0.3, 0.3, 0.9]), 0.35) is None
    assert brief_pause(np.float32([0.9, 0.3, 0.3, 0.3, 0.3, 0.9]), 0.35) == 3
    assert brief_pause(np.float32([0.3] * 4 + [0.9, 0.0, 0.0, 0.9] + [0.2] * 4), 0.35) == 10, "the deepest"
    assert brief_pause(np.float32([0.3] * 4), 0.3) is None, "under it"
    assert brief_pause(np.zeros(3, np.float32), 0.35) is None


@settings(max_examples=300, deadline=None)
@given(n=st.integers(0, 1000), longest=st.integers(31, 937), seed=st.integers(0, 2**32 - 1))
@example(n=938, longest=31, seed=0)
@example(n=785, longest=156, seed=3)
def test_a_segment_is_covered_by_few_clips(n: int, longest: int, seed: int) -> None:
    speech = np.random.default_rng(seed).random(n, np.float32)
    found = split_at_pauses(speech, longest)
    assert [start for start, _ in found] == [0, *(end for _, end in found)][: len(found)]
    assert n == (found[-1][1] if found else 0)
    assert all(0 < end - start <= longest for start, end in found)
    assert len(found) == -(-n // longest)
    if len(found) > 1:
        assert min(end - start for start, end in found) >= longest // 4


def test_clips_are_cut_at_dips() -> None:
    speech = np.full(400, 0.9, np.float32)
    for dip in (120, 200, 260, 300):
        speech[dip - 1 : dip + 2] = 0.2 if dip in (120, 260) else 0.3
    assert split_at_pauses(speech, 156) == [(0, 120), (120, 260), (260, 400)]
