"""A recording that is damaged, missing or endless: what could be heard is kept, memory stays small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from schemas.config import SpeechConfig
from schemas.reasons import Reason, Stage
from tests.transforms.listening import DEMO, ID, hear, recording_of
from tests.transforms.peak import peak_bytes
from transforms.audio.speech import SpeechDetector
from transforms.listen import Listening, listen

ALL = Listening((16_000, 48_000), SpeechConfig(), clip_seconds=3.0)


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


def read(path: Path) -> tuple[np.ndarray, int]:
    """Float32 [n, channels] and the rate."""
    return soundfile.read(path, dtype="float32", always_2d=True)


def test_a_recording_that_breaks_off_is_partial(detector: SpeechDetector) -> None:
    path = DEMO / "broken" / "breaks_off.flac"
    found = hear(path, ALL, detector)
    assert found.heard.status == "partial"
    assert found.problems
    assert {p.reason for p in found.problems} <= {Reason.TRUNCATED, Reason.CORRUPT}
    assert found.windows[-1].place.end_ms == found.heard.duration_ms > 0


def test_a_cut_file_gives_what_is_there(tmp_path: Path, detector: SpeechDetector) -> None:
    whole = (DEMO / "digits" / "code_012.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) * 2 // 3 // 4 * 4])
    found = hear(tmp_path / "cut.wav", ALL, detector)
    complete = hear(DEMO / "digits" / "code_012.wav", ALL, detector)
    assert found.heard.status == "partial"
    assert [p.reason for p in found.problems] == [Reason.TRUNCATED]
    assert found.heard.duration_ms == pytest.approx(complete.heard.duration_ms * 2 / 3, abs=20)
    assert [s.place.start_ms for s in found.segments] == [
        s.place.start_ms for s in complete.segments[: len(found.segments)]
    ]


@pytest.mark.parametrize(
    ("make", "status", "reason"),
    [
        (lambda p: None, "failed", Reason.NOT_FOUND),
        (lambda p: p.mkdir(), "failed", Reason.NOT_A_FILE),
        (lambda p: p.write_bytes(b""), "failed", Reason.EMPTY_FILE),
        (lambda p: p.write_bytes(b"Dear diary, " * 999), "failed", Reason.UNDECODABLE),
        (lambda p: soundfile.write(p, np.zeros((0, 1)), 16_000), "no_audio", Reason.ZERO_SAMPLES),
    ],
)
def test_what_cannot_be_heard(make: object, status: str, reason: Reason, tmp_path: Path) -> None:
    make(tmp_path / "a.wav")  # type: ignore[operator]
    found = hear(tmp_path / "a.wav", Listening((16_000,), None), None)
    assert found.heard.status == status
    assert [(p.stage, p.reason) for p in found.problems] == [(Stage.DECODE, reason)]
    assert found.heard.duration_ms == 0
    assert not found.windows


def test_every_shipped_recording_ends_in_one_word(detector: SpeechDetector) -> None:
    files = [p for p in sorted(DEMO.rglob("*")) if p.is_file() and p.suffix != ".csv"]
    found = {p.name: hear(p, Listening((16_000,), SpeechConfig()), detector) for p in files}
    statuses = {name: s.heard.status for name, s in found.items() if s.heard.status != "complete"}
    assert statuses == {"breaks_off.flac": "partial", "garbage.wav": "failed", "notes.mp3": "failed"}
    for sorted_ in found.values():
        assert bool(sorted_.problems) == (sorted_.heard.status != "complete")
        assert {e.place.recording_id for e in (*sorted_.windows, *sorted_.segments, *sorted_.clips)} <= {ID}


class Faulty(SpeechDetector):
    """Gives up at its n-th block, or at the end."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.left = blocks

    def push(self, samples: np.ndarray) -> np.ndarray:
        self.left -= 1
        if self.left < 0:
            raise ArithmeticError("no\nspeech")
        return super().push(samples)

    def finish(self) -> np.ndarray:
        raise ArithmeticError("no end")


@pytest.mark.parametrize("blocks", [0, 3, 1000])
def test_an_error_that_nobody_foresaw_is_a_row_and_keeps_what_came(blocks: int) -> None:
    path = DEMO / "interviews" / "taste.mp3"
    found = hear(path, ALL, Faulty(blocks))
    assert found.heard.status == "partial"
    assert {(p.stage, p.reason) for p in found.problems} == {(Stage.DECODE, Reason.INTERNAL)}
    assert all("ArithmeticError: no" in p.message for p in found.problems)
    samples, rate = read(path)
    whole = soxr.resample(samples.mean(axis=1), rate, 16_000, quality="HQ")
    came = np.concatenate([w.audio[16_000] for w in found.windows] or [np.zeros(0, np.float32)])
    np.testing.assert_allclose(came, whole[: len(came)], atol=1e-5)
    assert len(came) <= found.heard.duration_ms * 16


# Memory


def repeated(path: Path, minutes: int) -> Path:
    """The talk again and again, as 16 kHz wav."""
    samples, rate = read(DEMO / "interviews" / "taste.mp3")
    once = soxr.resample(samples.mean(axis=1), rate, 16_000)
    left = minutes * 60 * 16_000
    with soundfile.SoundFile(path, "w", 16_000, 1, "PCM_16") as file:
        while left > 0:
            file.write(once[:left])
            left -= len(once)
    return path


def peak_of(path: Path, detector: SpeechDetector) -> tuple[int, int]:
    """The most that listening held, and how many windows, segments and clips it gave and dropped."""
    events, peak = peak_bytes(lambda: sum(1 for _ in listen(recording_of(path), ALL, detector)))
    return peak, events


@pytest.mark.parametrize(
    ("short", "long"), [(4, 8), pytest.param(3, 60, marks=pytest.mark.soak)], ids=["minutes", "an hour"]
)
def test_memory_does_not_grow_with_the_recording(
    short: int, long: int, tmp_path: Path, detector: SpeechDetector
) -> None:
    few, few_events = peak_of(repeated(tmp_path / "short.wav", short), detector)
    many, many_events = peak_of(repeated(tmp_path / "long.wav", long), detector)
    assert many_events > 0.8 * long / short * few_events
    # Bytes.  What is held at one moment differs by blocks of the decoder, of up to 6 s here: 4, 8 and 30 minutes take
    # 38.7, 39.4 and 39.5 MB.  Loudness keeps a number for each 100 ms; a minute of samples at two rates would be 15 MB.
    assert many < few + 1_000_000 + 30_000 * (long - short)
