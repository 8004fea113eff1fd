"""A recording heard once, against the same computed by hand from the whole of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch

from schemas.config import SpeechConfig
from schemas.records import Problem
from schemas.speech import FRAME_MS
from tests.transforms.listening import DEMO, Sorted, hear, recording_of, silero, sort_events, timestamps
from transforms.audio.speech import FRAME, SpeechDetector
from transforms.decode.audio import open_audio
from transforms.decode.guard import Decoder
from transforms.decode.timeline import ON_TIME
from transforms.ears import Ears, Event, Listening
from transforms.features.framing import with_context
from transforms.features.pitch import pitch
from transforms.listen import listen
from transforms.pool import Pool

ALL = Listening((16_000, 48_000), SpeechConfig(), clip_seconds=3.0, pitch=True)
EACH = Listening((16_000, 48_000), SpeechConfig(), clip_seconds=3.0, pitch=True, each=True)

SHIPPED = ("interviews/taste.mp3", "interviews/support_call.flac", "digits/code_012.wav", "signals/tones.wav")
SHARED = (
    "speech/jfk/tests/jfk.flac",
    "speech/ljspeech32/wavs/LJ001-0001.wav",
    "speech/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav",
)


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


def read(path: Path) -> tuple[np.ndarray, int]:
    """Float32 [n, channels] and the rate."""
    return soundfile.read(path, dtype="float32", always_2d=True)


def equals_direct(sorted_: Sorted, channel: int, samples: np.ndarray, rate: int) -> None:
    """Whether windows, segments and clips of a channel are those of its samples [n], taken whole."""
    duration_ms = -(-len(samples) * 1000 // rate)
    at = {r: samples if r == rate else soxr.resample(samples, rate, r, quality="HQ") for r in (16_000, 48_000)}

    windows = [w for w in sorted_.windows if w.place.channel == channel]
    assert [w.place.start_ms for w in windows] == list(range(0, duration_ms, 10_000))
    assert windows[-1].place.end_ms == duration_ms
    for r, whole in at.items():
        np.testing.assert_allclose(np.concatenate([w.audio[r] for w in windows]), whole, atol=1e-5)
    for window in windows:
        start = window.place.start_ms * 16
        expected = np.pad(at[16_000], 512)[start : start + len(window.audio[16_000]) + 1024]
        np.testing.assert_allclose(window.context, expected, atol=1e-5)

    speech = silero(at[16_000])
    segments = [s for s in sorted_.segments if s.place.channel == channel]
    expected_frames = timestamps(speech, SpeechConfig())
    found = [(s.place.start_ms // FRAME_MS, -(-s.place.end_ms // FRAME_MS)) for s in segments]
    assert found[:-1] == expected_frames[:-1]
    for ours, theirs in zip(found[-1:], expected_frames[-1:], strict=True):
        assert ours[0] == theirs[0]
        assert ours[1] <= theirs[1]  # ours ends at a pause that the recording breaks off
        assert not (speech[ours[1] : theirs[1]] >= 0.5).any()
    for segment, (start, end) in zip(segments, found, strict=True):
        assert segment.place.end_ms == min(end * FRAME_MS, duration_ms)
        np.testing.assert_allclose(segment.samples, at[16_000][start * FRAME : end * FRAME], atol=1e-5)
        np.testing.assert_allclose(segment.speech, speech[start:end], atol=1e-3)
        assert segment.samples.dtype == segment.speech.dtype == np.float32

    track = pitch(with_context(at[16_000]), len(at[16_000]))
    for one, n in [*((w, len(w.audio[16_000])) for w in windows), *((s, len(s.samples)) for s in segments)]:
        first, last = (-(-(one.place.start_ms * 16 + k) // 160) for k in (0, n))
        assert one.pitch is not None
        np.testing.assert_allclose(one.pitch.voicing, track.voicing[first:last], atol=1e-3)
        apart = np.abs(one.pitch.f0_hz / track.f0_hz[first:last] - 1) > 1e-3
        assert not (apart & (one.pitch.voicing > 0.7)).any()

    by_id = {s.place.id: s for s in segments}
    clips = [c for c in sorted_.clips if c.place.channel == channel]
    assert {c.parent for c in clips} == set(by_id)
    for id, segment in by_id.items():
        of = [c for c in clips if c.parent == id]
        assert of[0].place.start_ms == segment.place.start_ms
        assert of[-1].place.end_ms == segment.place.end_ms
        assert all(one.place.end_ms == other.place.start_ms for one, other in pairwise(of))
        assert all(c.place.end_ms - c.place.start_ms <= 3000 and c.rate == 16_000 for c in of)
        assert np.array_equal(np.concatenate([c.samples for c in of]), segment.samples)


def heard_rightly(sorted_: Sorted, samples: np.ndarray, rate: int, channels_kept: int) -> None:
    heard = sorted_.heard
    assert heard.status == "complete"
    assert not sorted_.problems
    assert heard.format is not None
    assert (heard.format.sample_rate_hz, heard.format.channels) == (rate, samples.shape[1])
    assert heard.duration_ms == -(-len(samples) * 1000 // rate)
    assert heard.peak_dbfs == pytest.approx(20 * np.log10(np.abs(samples).max()), abs=1e-4)
    spoken = sum(s.place.end_ms - s.place.start_ms for s in sorted_.segments)
    assert heard.speech_share == pytest.approx(spoken / heard.duration_ms / channels_kept)
    assert heard.kept_seconds == pytest.approx(channels_kept * len(samples) / rate)
    assert sorted_.seconds == pytest.approx(len(samples) / rate)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_recordings_equal_the_direct_computation(name: str, detector: SpeechDetector) -> None:
    samples, rate = read(DEMO / name)
    found = hear(DEMO / name, ALL, detector)
    equals_direct(found, 0, samples.mean(axis=1), rate)
    heard_rightly(found, samples, rate, 1)
    assert bool(found.segments) == (not name.startswith("signals"))


@pytest.mark.parametrize("name", SHARED)
def test_real_speech_equals_the_direct_computation(name: str, detector: SpeechDetector, shared_audio: Path) -> None:
    samples, rate = read(shared_audio / name)
    found = hear(shared_audio / name, ALL, detector)
    equals_direct(found, 0, samples.mean(axis=1), rate)
    heard_rightly(found, samples, rate, 1)
    assert found.segments


def test_channels_kept_apart_are_each_the_direct_computation(detector: SpeechDetector) -> None:
    path = DEMO / "interviews" / "support_call.flac"
    samples, rate = read(path)
    found = hear(path, EACH, detector)
    assert {w.place.channel for w in found.windows} == {1, 2}
    for channel in (1, 2):
        equals_direct(found, channel, np.ascontiguousarray(samples[:, channel - 1]), rate)
    heard_rightly(found, samples, rate, 2)
    one, other = ({s.place.start_ms for s in found.segments if s.place.channel == c} for c in (1, 2))
    assert one
    assert other
    assert one != other


def test_one_detector_serves_recordings_of_one_and_two_channels_in_turn(detector: SpeechDetector) -> None:
    call, digits = DEMO / "interviews" / "support_call.flac", DEMO / "digits" / "code_012.wav"
    hear(call, EACH, detector)
    found = hear(digits, EACH, detector)
    alone = hear(digits, EACH, SpeechDetector())
    assert [s.place for s in found.segments] == [s.place for s in alone.segments]
    assert all(np.array_equal(a.speech, b.speech) for a, b in zip(found.segments, alone.segments, strict=True))


# However it is read


@pytest.mark.parametrize("name", ["interviews/support_call.flac", "broken/breaks_off.flac", "broken/garbage.wav"])
@pytest.mark.parametrize("wanted", [EACH, replace(EACH, speech=None), replace(EACH, windows=None)], ids=repr)
def test_any_number_of_threads_hears_the_same(name: str, wanted: Listening, detector: SpeechDetector) -> None:
    recording = recording_of(DEMO / name)
    alone = list(listen(recording, wanted, detector))
    for threads in (2, 4):
        together = list(listen(recording, wanted, detector, pool=Pool(threads)))
        assert [same_form(event) for event in together] == [same_form(event) for event in alone]


def same_form(event: object) -> object:
    """An event with its arrays as bytes, so that two of them are equal where every sample is."""
    if isinstance(event, np.ndarray):
        return event.tobytes()
    if isinstance(event, dict):
        return {name: same_form(value) for name, value in event.items()}
    return {f.name: same_form(getattr(event, f.name)) for f in fields(event)} if is_dataclass(event) else event


def test_who_stops_listening_stops_the_decoder(detector: SpeechDetector) -> None:
    decoder = Decoder()
    path = DEMO / "interviews" / "support_call.flac"
    before = threading.active_count()
    events = listen(recording_of(path), EACH, detector, decoder.open, pool=(pool := Pool(2)))
    next(events)
    assert threading.active_count() > before
    events.close()
    assert threading.active_count() - pool.threads <= before, "none is left but the pool's own"
    assert len(list(listen(recording_of(path), EACH, detector, decoder.open))) > 1, "it decodes what is next"
    decoder.close()


class BreaksOffError(Exception):
    """Told by a detector."""


def test_an_error_in_a_stage_ends_the_recording_where_it_happens(detector: SpeechDetector) -> None:
    class Breaks(SpeechDetector):
        def encode(self, joined: torch.Tensor | None) -> torch.Tensor | None:
            raise BreaksOffError("in the midst")

    found = [
        list(listen(recording_of(DEMO / "digits" / "code_012.wav"), EACH, Breaks(), pool=p)) for p in (None, Pool(2))
    ]
    for events in found:
        assert [e.message for e in events if isinstance(e, Problem)] == ["BreaksOffError: in the midst"]
    assert [same_form(e) for e in found[0]] == [same_form(e) for e in found[1]]


def in_blocks(path: Path, frames: int, detector: SpeechDetector) -> Sorted:
    def events() -> Iterator[Event]:
        with open_audio(str(path)) as audio:
            ears = Ears(recording_of(path), audio.format, EACH, detector)
            yield from ears.hear(audio.blocks(frames))
        yield from ears.finish()
        yield ears.heard("complete", ON_TIME)

    return sort_events(events())


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("interviews/support_call.flac", (997, 12_000, 10_000_000)),
        ("interviews/taste.mp3", (4_800,)),
        ("digits/code_012.wav", (997, 12_000)),
    ],
)
def test_blocks_of_any_size_give_the_same(name: str, sizes: tuple[int, ...], detector: SpeechDetector) -> None:
    path = DEMO / name
    expected = in_blocks(path, 65_536, detector)
    for frames in sizes:
        found = in_blocks(path, frames, detector)
        for kind in ("windows", "segments", "clips"):
            # Larger blocks complete more at once, so only the order among channels and kinds may differ.
            ours, theirs = (sorted(getattr(x, kind), key=lambda e: e.place.id) for x in (found, expected))
            assert [e.place for e in ours] == [e.place for e in theirs]
            for one, other in zip(ours, theirs, strict=True):
                if kind == "windows":
                    np.testing.assert_allclose(one.context, other.context, atol=1e-6)
                    np.testing.assert_allclose(one.audio[48_000], other.audio[48_000], atol=1e-6)
                else:
                    np.testing.assert_allclose(one.samples, other.samples, atol=1e-6)
        assert found.heard.duration_ms == expected.heard.duration_ms
        assert found.heard.speech_share == expected.heard.speech_share
        assert found.heard.loudness_lufs == pytest.approx(expected.heard.loudness_lufs, abs=1e-3)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("frames", [1, 2, 30, 441_001])
def test_the_shortest_recordings(rate: int, frames: int, tmp_path: Path, detector: SpeechDetector) -> None:
    samples = np.random.default_rng(frames).uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, rate, subtype="FLOAT")
    found = hear(tmp_path / "a.wav", EACH, detector)
    assert found.heard.duration_ms == -(-frames * 1000 // rate)
    for channel in (1, 2):
        windows = [w for w in found.windows if w.place.channel == channel]
        assert windows[-1].place.end_ms == found.heard.duration_ms
        at_16k = round(frames * 16_000 / rate)
        least = windows[-1].place.start_ms * 16 + 1  # a window has a sample, if need be a silent one
        assert sum(len(w.audio[16_000]) for w in windows) == max(least, at_16k)
        assert all(len(w.audio[48_000]) for w in windows)


def test_only_what_is_wanted_is_heard(detector: SpeechDetector) -> None:
    path = DEMO / "digits" / "code_012.wav"
    whole = hear(path, ALL, detector)
    windows = hear(path, Listening((16_000,), None), None)
    speech = hear(path, Listening(None, SpeechConfig()), detector)
    nothing = hear(path, Listening(None, None), None)
    assert len(windows.windows) == len(whole.windows)
    assert [s.place for s in speech.segments] == [s.place for s in whole.segments]
    assert not windows.segments
    assert windows.heard.speech_share is None
    assert not speech.windows
    assert not nothing.windows
    assert nothing.heard.duration_ms == whole.heard.duration_ms
    assert nothing.heard.kept_seconds == 0
