"""The sound of a broadcast goes on in another stream; tracks beside each other are no such thing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.transforms.decode.muxing import clicks, onsets
from transforms.decode.audio import open_audio, read_header
from transforms.decode.broadcast import Run, follow

RATE = 48_000
SECONDS = 12.0
CLICKS = [0.5, 2.5, 5.5, 7.5, 9.5, 11.0]


def write(path: Path, *spans: list[tuple[float, float]], video: bool, codecs: tuple[str, ...] = ()) -> None:
    """Streams that carry the same clicks, each within its spans alone; the container follows from the name."""
    samples = clicks(CLICKS, SECONDS, RATE)
    with av.open(str(path), "w", options={"pes_payload_size": "0"} if path.suffix == ".ts" else {}) as container:
        pictures = container.add_stream("mpeg2video", rate=25) if video else None
        if pictures is not None:
            pictures.width, pictures.height, pictures.pix_fmt = 320, 240, "yuv420p"
        packets: list[av.Packet] = []
        streams = [container.add_stream((*codecs, "mp2", "mp2", "mp2")[n], rate=RATE) for n in range(len(spans))]
        for stream, mine in zip(streams, spans, strict=True):
            stream.layout = "mono"
            stream.bit_rate = 64_000
            whole = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
            whole.sample_rate = RATE
            fifo, at, coded = av.AudioFifo(), 0, []
            for part in av.AudioResampler(stream.format, "mono", RATE).resample(whole):
                part.pts = None
                fifo.write(part)
            while (piece := fifo.read(stream.codec_context.frame_size or 1152, partial=True)) is not None:
                piece.pts, piece.time_base, at = at, Fraction(1, RATE), at + piece.samples
                coded.extend(stream.encode(piece))
            coded.extend(stream.encode(None))
            packets += [p for p in coded if any(low <= p.pts * p.time_base < high for low, high in mine)]
        if pictures is not None:
            rng = np.random.default_rng(1)
            for number in range(round(25 * SECONDS)):
                frame = av.VideoFrame.from_ndarray(rng.integers(0, 255, (240, 320, 3), np.uint8), format="rgb24")
                frame.pts = number
                packets.extend(pictures.encode(frame))
            packets.extend(pictures.encode(None))
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            container.mux(packet)


def hear(path: Path, tracks: int = 1) -> tuple[list[float], float]:
    with open_audio(str(path)) as audio:
        samples = np.concatenate(list(audio.blocks()))
    assert not audio.problems
    assert audio.format.tracks == () or len(audio.format.tracks) == tracks
    rate = audio.format.sample_rate_hz
    return onsets(samples.mean(axis=1), rate), len(samples) / rate


@pytest.mark.parametrize("video", [False, True])
@pytest.mark.parametrize("extension", ["ts", "mpg"])
def test_the_sound_goes_on_in_another_stream(tmp_path: Path, extension: str, video: bool) -> None:
    path = tmp_path / f"a.{extension}"
    write(path, [(0, 4.5)], [(4.5, 20)], video=video)
    found, seconds = hear(path)
    assert found == pytest.approx(CLICKS, abs=0.1)
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_it_comes_back(tmp_path: Path) -> None:
    """Not of a program stream: FFmpeg's muxer keeps the end of a packet until the stream comes back."""
    path = tmp_path / "a.ts"
    write(path, [(0, 4.5), (8.5, 20)], [(4.5, 8.5)], video=True)
    found, seconds = hear(path)
    assert found == pytest.approx(CLICKS, abs=0.1)
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_it_goes_on_in_another_coding(tmp_path: Path) -> None:
    write(tmp_path / "a.ts", [(0, 4.5)], [(4.5, 20)], video=True, codecs=("mp2", "ac3"))
    found, seconds = hear(tmp_path / "a.ts")
    assert found == pytest.approx(CLICKS, abs=0.1)
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_files_one_behind_the_other_have_streams_of_other_numbers(tmp_path: Path) -> None:
    content = b""
    for number in (0, 1):
        path = tmp_path / f"{number}.ts"
        write(path, *([[]] * number), [(0, 20)], video=False)
        content += path.read_bytes()
    (tmp_path / "both.ts").write_bytes(content)
    found, seconds = hear(tmp_path / "both.ts")
    assert found == pytest.approx([*CLICKS, *(SECONDS + at for at in CLICKS)], abs=0.15)
    assert seconds == pytest.approx(2 * SECONDS, abs=0.2)
    assert read_header(str(tmp_path / "both.ts")).seconds == pytest.approx(2 * SECONDS, rel=0.25)


@pytest.mark.parametrize("extension", ["ts", "mpg"])
def test_languages_beside_each_other_are_tracks(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    write(path, [(0, 20)], [(0, 20)], video=True)
    found, seconds = hear(path, tracks=2)
    assert found == pytest.approx(CLICKS, abs=0.1)
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def every(step: int, low: int, high: int) -> np.ndarray:
    return np.arange(low, high, step, dtype=np.int64)


def test_who_follows_whom() -> None:
    assert follow({}, 0, 10_000) == []
    assert follow({1: every(100, 0, 10_000)}, 0, 10_000) == [Run(1, 0, 10_000)]
    beside = {1: every(100, 0, 10_000), 2: every(120, 50, 10_000)}
    assert follow(beside, 0, 10_000) == [Run(1, 0, 10_000)]
    large = 10_000_000
    turns = {1: every(1000, 0, 3_000_000), 2: every(1000, 3_000_500, large), 3: every(900, 3_001_000, large)}
    runs = follow(turns, 0, large)
    assert [(run.stream, run.begin) for run in runs] == [(1, 0), (2, 3_000_500)]  # 3 runs beside 2
    three = {1: every(1000, 0, 3_000_000), 2: every(1000, 3_000_500, 6_000_000), 3: every(1000, 6_000_500, large)}
    assert [run.stream for run in follow(three, 0, large)] == [1, 2, 3]
    back = {
        1: np.concatenate([every(1000, 0, 3_000_000), every(1000, 6_000_000, large)]),
        2: every(900, 3_000_500, 6_000_000),
    }
    assert [(run.stream, run.begin) for run in follow(back, 0, large)] == [(1, 0), (2, 3_000_500), (1, 6_000_000)]
