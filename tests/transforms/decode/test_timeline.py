"""Times are a player's: an audio stream that begins late, pauses between packets, a clock that drifts, lost packets.

Times are held to within 50 ms of the packets' stamps, which is what stamps are rounded to in the worst of containers;
the coders' own delays (up to 92 ms in WMA without a note of it) stay in, as every player leaves them in.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.muxing import RATE, clicks, mux, onsets
from transforms.decode.audio import open_audio
from transforms.decode.format import Format
from transforms.decode.timeline import Timeline, Timing

CLICKS = [0.5, 2.5, 5.0]
CONTAINERS = ["mp4", "mov", "m4a", "3gp", "mkv", "webm", "ts", "mpg", "flv", "avi", "wmv"]
WITHIN = 0.1


def hear(path: Path) -> tuple[np.ndarray, Format, Timing, set[Reason]]:
    with open_audio(str(path)) as audio:
        samples = np.concatenate(list(audio.blocks()))
    return samples[:, 0], audio.format, audio.timing, {problem.reason for problem in audio.problems}


@pytest.mark.parametrize("extension", CONTAINERS)
def test_audio_that_begins_late_is_heard_late(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    mux(path, clicks(CLICKS, 6.0), late=4.0, video_seconds=0 if extension == "m4a" else 11)
    samples, format, timing, problems = hear(path)
    assert onsets(samples, format.sample_rate_hz) == pytest.approx([4 + at for at in CLICKS], abs=WITHIN)
    assert timing.without_audio_ms == pytest.approx(4000, abs=1000 * WITHIN)
    if extension == "avi":  # its first packet always stands at 0
        assert timing.gaps == 1
    else:
        assert (timing.audio_start_ms, timing.gaps) == (timing.without_audio_ms, 0)
    assert not problems
    assert format.seconds == pytest.approx(len(samples) / format.sample_rate_hz, abs=4.2 if extension == "wmv" else 1.1)


@pytest.mark.parametrize(
    ("extension", "video_seconds"),
    [(extension, seconds) for extension in CONTAINERS for seconds in (0, 12) if (extension, seconds) != ("m4a", 12)],
)
def test_time_goes_on_between_packets(tmp_path: Path, extension: str, video_seconds: int) -> None:
    path = tmp_path / f"a.{extension}"
    mux(path, clicks(CLICKS, 6.0), pauses={2.0: 5.0}, video_seconds=video_seconds)
    samples, format, timing, problems = hear(path)
    assert onsets(samples, format.sample_rate_hz) == pytest.approx([0.5, 7.5, 10.0], abs=WITHIN)
    assert timing.gaps == 1
    assert timing.without_audio_ms - timing.audio_start_ms == pytest.approx(5000, abs=50)
    assert timing.drift_ms == 0
    assert not problems


def test_silence_in_a_gap_is_digital_and_what_is_beside_it_is_untouched(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).uniform(0.1, 0.5, 4 * RATE).astype(np.float32)  # nowhere 0
    mux(tmp_path / "whole.mka", noise, codec="flac")
    mux(tmp_path / "gap.mka", noise, codec="flac", pauses={2.0: 1.0})
    whole, _, _, _ = hear(tmp_path / "whole.mka")
    samples, _, timing, _ = hear(tmp_path / "gap.mka")
    silent = np.flatnonzero(samples == 0)
    assert np.array_equal(np.delete(samples, silent), whole)
    assert len(silent) == pytest.approx(RATE, abs=0.05 * RATE)
    assert np.array_equal(silent, np.arange(silent[0], silent[0] + len(silent)))
    assert timing.gaps == 1


def test_rounded_stamps_put_nothing_between_samples(tmp_path: Path) -> None:
    """Matroska rounds to milliseconds, which 1152 samples at 44.1 kHz are not."""
    noise = np.random.default_rng(4).uniform(-0.5, 0.5, 60 * RATE).astype(np.float32)
    mux(tmp_path / "a.mkv", noise, codec="libmp3lame", rate=44_100)
    samples, format, timing, problems = hear(tmp_path / "a.mkv")
    assert timing == Timing()
    assert not problems
    assert len(samples) / format.sample_rate_hz == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize("stretch", [1.01, 0.99])
def test_drift_is_measured_and_made_up_for(tmp_path: Path, stretch: float) -> None:
    seconds, at = 60, [float(second) for second in range(1, 60, 4)]
    mux(tmp_path / "a.mkv", clicks(at, seconds), codec="flac", stretch=stretch)
    samples, _, timing, problems = hear(tmp_path / "a.mkv")
    assert onsets(samples, RATE) == pytest.approx([t * stretch for t in at], abs=0.15)
    assert len(samples) / RATE == pytest.approx(seconds * stretch, abs=0.15)
    assert timing.drift_ms == pytest.approx(1000 * seconds * (stretch - 1), abs=110)
    assert (timing.gaps, timing.without_audio_ms) == (0, 0)
    assert not problems


def timeline(*, broadcast: bool = False, end: float | None = None) -> Timeline:
    return Timeline(1000, 0.0, 0.0, end, broadcast=broadcast)


def placed(line: Timeline, *stamps: float, exact: bool = False) -> list[int]:
    """What is put before each of frames of a tenth of a second."""
    found = []
    for number, stamp in enumerate(stamps):
        following = stamps[number + 1] if number + 1 < len(stamps) else None
        found.append(line.place(stamp, following, 0.1, exact=exact))
        line.given(100 + min(0, found[-1]), 1000)
    return found


def test_one_stamp_alone_that_is_wrong_is_not_believed() -> None:
    assert placed(timeline(), 0.0, 0.1, 3.0, 0.3, 0.4) == [0] * 5
    assert placed(timeline(), 0.0, 0.1, 3.0, 3.1, 3.2) == [0, 0, 2800, 0, 0]


def test_stamps_that_jitter_are_rounded() -> None:
    assert placed(timeline(), 0.0, 0.14, 0.17, 0.33, 0.39, 0.5) == [0] * 6
    line = timeline()
    assert placed(line, 0.0, 0.1, 0.25, 0.35) == [0, 0, 50, 0]
    assert (line.timing.gaps, line.timing.without_audio_ms) == (1, 50)


def test_after_packets_without_audio_every_millisecond_counts() -> None:
    assert placed(timeline(), 0.0, 0.12, exact=True) == [0, 20]


def test_a_broadcast_whose_clock_jumps_has_begun_anew() -> None:
    line = timeline(broadcast=True)
    assert placed(line, 0.0, 0.1, 20.0, 20.1, 5.0, 5.1, 5.4, 5.5) == [0, 0, 0, 0, 0, 0, 200, 0]
    assert line.timing.gaps == 1
    assert placed(timeline(), 0.0, 0.1, 20.0, 20.1) == [0, 0, 19_800, 0]


def test_stamps_beyond_the_end_of_the_file_are_not_believed() -> None:
    assert placed(timeline(end=5.0), 0.0, 0.1, 2000.0, 2000.1) == [0] * 4
    assert placed(timeline(end=5.0), 0.0, 0.1, 4.0, 4.1) == [0, 0, 3800, 0]
    assert Timeline(1000, 900.0, 0.0, 5.0, broadcast=False).late == 0
    assert Timeline(1000, 90_000.0, 3.0, None, broadcast=True).late == 0


def test_stamps_that_begin_anew_go_on_from_where_the_samples_are() -> None:
    assert placed(timeline(), *(n / 10 for n in range(20)), 0.0, 0.1, 0.5, 0.6) == [0] * 22 + [300, 0]


def test_samples_that_come_twice_are_left_out() -> None:
    line = timeline()
    assert placed(line, 0.0, 0.1, 0.2, 0.3, 0.15, 0.25, 0.35, 0.45, 0.55) == [0, 0, 0, 0, -100, -100, -50, 0, 0]
    assert line.timing.drift_ms == -250


@pytest.mark.parametrize("extension", ["mkv", "mp4", "ts"])
def test_lost_packets_cost_their_own_time_alone(tmp_path: Path, extension: str) -> None:
    """Packets that are not there are no error; their time is."""
    path = tmp_path / f"a.{extension}"
    mux(path, clicks(CLICKS, 6.0), keep=lambda time: not 3.0 <= time < 4.0)
    samples, _, timing, problems = hear(path)
    assert onsets(samples, RATE) == pytest.approx(CLICKS, abs=0.07)
    assert timing.gaps == 1
    assert timing.without_audio_ms == pytest.approx(1000, abs=70)
    assert not problems


def test_damaged_packets_cost_their_own_time_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    mux(path, np.random.default_rng(5).uniform(-0.5, 0.5, 6 * RATE).astype(np.float32), codec="alac")
    whole, _, _, _ = hear(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 30_000] = bytes([0xFF]) * 30_000
    path.write_bytes(content)
    samples, _, timing, problems = hear(path)
    assert problems == {Reason.CORRUPT}
    assert len(samples) == len(whole)
    assert np.array_equal(samples[-RATE:], whole[-RATE:])
    assert np.array_equal(samples[:RATE], whole[:RATE])
    assert timing.gaps >= 1


def test_an_hour_with_two_hundred_gaps_is_where_ffmpeg_has_it(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed: it is the reference")
    rng = np.random.default_rng(6)
    gaps = {float(t): float(rng.uniform(0.2, 6.0)) for t in np.linspace(10, 2990, 200).round(2)}
    at = [float(t) for t in range(5, 3000, 30)]
    path = tmp_path / "hour.mkv"
    mux(path, clicks(at, 3000.0, 8_000), pauses=gaps, rate=8_000, samples_rate=8_000, codec="pcm_s16le")
    samples, _, timing, problems = hear(path)
    command = ["ffmpeg", "-v", "error", "-i", path, "-af", "aresample=async=1:first_pts=0", tmp_path / "theirs.wav"]
    subprocess.run(command, check=True)
    theirs, _ = soundfile.read(tmp_path / "theirs.wav", dtype="float32")
    ours, reference = onsets(samples, 8_000), onsets(theirs, 8_000)
    assert ours == pytest.approx(reference, abs=0.05)
    assert len(ours) == len(at)
    assert ours[-1] == pytest.approx(at[-1] + sum(gap for start, gap in gaps.items() if start < at[-1]), abs=0.05)
    assert timing.gaps == 200
    assert not problems
