"""Where speech is: held against silero-vad's own loop."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.listening import silero
from transforms.audio import speech
from transforms.audio.level import NEEDED_AHEAD
from transforms.audio.speech import AT_ONCE, FRAME, RATE, SpeechDetector


def detect(samples: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Our detector over [channels, n] in blocks of these sizes, again and again."""
    detector = SpeechDetector()
    detector.begin(len(samples))
    out, at, turn = [], 0, 0
    while at < samples.shape[1]:
        size = sizes[turn % len(sizes)]
        out.append(detector.push(samples[:, at : at + size]))
        at, turn = at + size, turn + 1
    return np.concatenate([*out, detector.finish()], axis=1)


@pytest.mark.parametrize("at_once", [1, 40_000, AT_ONCE])
@pytest.mark.parametrize("sizes", [[65_536], [1, 511, 513, 30_000], [700]], ids=["large", "uneven", "small"])
def test_blocks_give_the_probabilities_of_the_whole(
    recordings: list[np.ndarray],
    sizes: list[int],
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speech, "AT_ONCE", at_once)
    for samples in recordings[1:3]:
        samples = samples[: 10 * RATE + 7]
        found = detect(samples[None], sizes)
        assert found.dtype == np.float32
        assert found.shape == (1, -(-len(samples) // FRAME))
        np.testing.assert_allclose(found[0], silero(samples), atol=3e-5)


def test_channels_are_heard_apart(recordings: list[np.ndarray]) -> None:
    n = min(map(len, recordings)) // FRAME * FRAME
    together = detect(np.stack([samples[:n] for samples in recordings]), [30_001])
    for found, samples in zip(together, recordings, strict=True):
        np.testing.assert_allclose(found, silero(samples[:n]), atol=1e-4)


def test_a_recording_knows_nothing_of_the_one_before(
    recordings: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "AT_ONCE", 10_000)
    detector = SpeechDetector()
    found = []
    for _ in range(2):
        detector.begin(2)
        found.append(detector.push(np.stack([recordings[0][:20_000], recordings[2][:20_000]])))
        detector.begin(1)
        detector.push(recordings[1][None, :10_100])
    assert np.array_equal(*found)


@pytest.mark.parametrize("n", [0, 1, FRAME - 1, FRAME, FRAME + 1])
def test_the_last_frame_is_filled_up(n: int) -> None:
    detector = SpeechDetector()
    detector.begin(3)
    assert detector.push(np.full((3, n), 0.1, np.float32)).shape == (3, 0)
    assert detector.finish().shape == (3, -(-n // FRAME))
    assert detector.finish().shape == (3, 0)


@pytest.mark.parametrize("channels", [1, 7])
def test_half_a_minute_waits_at_most_whatever_the_channels(channels: int) -> None:
    detector = SpeechDetector()
    detector.begin(channels)
    given = waiting = 0
    for _ in range(100):
        given += detector.push(np.zeros((channels, 10_000), np.float32)).size
        waiting += channels * 10_000
        assert waiting - given * FRAME < AT_ONCE + channels * (10_000 + NEEDED_AHEAD * FRAME)
    assert given > 0


def test_voices_in_uneven_blocks(spoken: list[np.ndarray]) -> None:
    for samples in spoken[:3]:
        np.testing.assert_allclose(detect(samples[None], [4097])[0], silero(samples), atol=1e-4)


LEVELS_DBFS = [-88.0, -60.0, 0.0, 40.0]


@pytest.mark.parametrize("level", LEVELS_DBFS)
def test_the_same_speech_at_any_level(spoken: list[np.ndarray], level: float) -> None:
    samples = spoken[-1]
    usual = detect(samples[None], [65_536])[0]
    there = np.float32(10 ** (level / 20) / np.sqrt(np.mean(samples**2)))
    np.testing.assert_allclose(detect((samples * there)[None], [65_536])[0], usual, atol=0.02)


@pytest.mark.parametrize("drift", [0.0, 0.02], ids=["constant", "drifting"])
def test_an_offset_hides_no_speech(spoken: list[np.ndarray], drift: float) -> None:
    samples = 0.001 * spoken[-1]
    offset = 0.05 + drift * np.sin(2 * np.pi * np.arange(len(samples)) / (20 * RATE))
    with_offset = detect((samples + offset).astype(np.float32)[None], [65_536])[0]
    agree = (with_offset >= 0.5) == (detect(samples[None], [65_536])[0] >= 0.5)
    assert agree.mean() > 0.98


def test_a_quiet_party_beside_a_loud_one(spoken: list[np.ndarray]) -> None:
    pause = np.zeros(RATE // 2, np.float32)
    quiet, loud = (np.concatenate([k * spoken[i] / np.abs(spoken[i]).max() for i in (0, 1)]) for k in (0.01, 1))
    both = np.concatenate([loud, pause, quiet, pause, loud])
    both = (both + np.random.default_rng(0).normal(0, 1e-4, len(both))).astype(np.float32)
    start = len(loud) + len(pause)
    within = slice(start // FRAME, (start + len(quiet)) // FRAME)
    usual = (detect(loud[None], [65_536]) >= 0.5).mean()
    assert (detect(both[None], [65_536])[0, within] >= 0.5).mean() > 0.9 * usual


def test_noise_is_no_speech_at_any_level() -> None:
    noise = np.random.default_rng(1).normal(0, 1, (1, 20 * RATE)).astype(np.float32)
    for level in LEVELS_DBFS:
        assert (detect(noise * np.float32(10 ** (level / 20)), [65_536]) < 0.3).all()
    assert (detect(np.zeros((1, 20 * RATE), np.float32), [65_536]) < 0.3).all()
