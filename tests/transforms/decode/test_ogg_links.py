"""Chained Ogg: each link is heard as it is alone."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.decoding import decode, write_av
from tests.transforms.decode.odd_files import voice
from transforms.decode.audio import read_header
from transforms.decode.parts import find_parts

RATE = 48_000


def vorbis(path: Path, seconds: float, quality: float, rate: int = RATE, channels: int = 1) -> Path:
    """The setup header goes by the quality."""
    with soundfile.SoundFile(
        path, "w", rate, channels, format="OGG", subtype="VORBIS", compression_level=quality
    ) as file:
        file.write(voice(seconds, rate, channels=channels))
    return path


def link(path: Path, kind: str, seconds: float = 1.0) -> Path:
    """One file of Ogg of a kind."""
    match kind:
        case "opus":
            soundfile.write(path, voice(seconds, RATE), RATE, format="OGG", subtype="OPUS")
        case "flac":
            with av.open(str(path), "w", format="ogg") as container:
                add(container, "flac", voice(seconds, RATE))
        case "stereo":
            vorbis(path, seconds, 0.5, channels=2)
        case "slow":
            vorbis(path, seconds, 0.5, 22_050)
        case "good" | "bad":
            vorbis(path, seconds, {"good": 0.0, "bad": 0.9}[kind])
    return path


def add(container: av.container.OutputContainer, codec: str, samples: np.ndarray) -> None:
    stream = container.add_stream(codec, rate=RATE, layout="mono")
    fifo = av.AudioFifo()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="flt", layout="mono")
    frame.sample_rate = RATE
    for converted in av.AudioResampler(stream.format, "mono", RATE).resample(frame):
        fifo.write(converted)
    while (piece := fifo.read(stream.codec_context.frame_size or 1024, partial=True)) is not None:
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))


def chain(path: Path, *links: Path) -> Path:
    path.write_bytes(b"".join(link.read_bytes() for link in links))
    return path


@pytest.mark.parametrize(
    "kinds",
    [
        ("good", "bad"), ("bad", "good"), ("good", "bad", "good", "bad"), ("good", "good"), ("opus", "opus", "opus"),
        ("flac", "flac"), ("good", "opus", "flac", "bad"),
    ],
    ids="-".join,
)  # fmt: skip
def test_each_link_is_heard_as_it_is_alone(kinds: tuple[str, ...], tmp_path: Path) -> None:
    links = [link(tmp_path / f"{i}.ogg", kind) for i, kind in enumerate(kinds)]
    samples, format, problems = decode(chain(tmp_path / "chain.ogg", *links))
    np.testing.assert_array_equal(samples, np.concatenate([decode(one)[0] for one in links]))
    assert problems == {}
    assert np.abs(samples).max() < 1
    assert format.seconds == pytest.approx(len(kinds), abs=0.05)
    assert read_header(str(tmp_path / "chain.ogg")) == format


@pytest.mark.parametrize(
    "kinds", [("good", "slow"), ("slow", "stereo"), ("stereo", "good"), ("stereo", "opus", "slow")]
)
def test_links_of_other_rates_and_channels_are_brought_to_the_first(kinds: tuple[str, ...], tmp_path: Path) -> None:
    links = [link(tmp_path / f"{i}.ogg", kind) for i, kind in enumerate(kinds)]
    samples, format, problems = decode(chain(tmp_path / "chain.ogg", *links))
    first = decode(links[0])[1]
    assert (format.sample_rate_hz, format.channels) == (first.sample_rate_hz, first.channels)
    assert len(samples) / format.sample_rate_hz == pytest.approx(len(kinds), abs=0.01)
    assert problems == {}


def test_a_link_of_a_few_packets_and_one_of_headers_alone(tmp_path: Path) -> None:
    short = link(tmp_path / "short.ogg", "good", 0.05)
    long = link(tmp_path / "long.ogg", "bad")
    content = long.read_bytes()
    headers = tmp_path / "headers.ogg"
    third_page = content.index(b"OggS", content.index(b"OggS", 4) + 4)
    headers.write_bytes(content[:third_page])
    samples, _, problems = decode(chain(tmp_path / "chain.ogg", headers, short, headers, long, headers, short))
    np.testing.assert_array_equal(samples, np.concatenate([decode(one)[0] for one in (short, long, short)]))
    assert problems == {}


def test_damage_in_a_link_is_told_at_its_time_and_the_next_is_heard(tmp_path: Path) -> None:
    first, middle, last = (link(tmp_path / f"{kind}.ogg", kind, 3.0) for kind in ("good", "bad", "opus"))
    broken = bytearray(middle.read_bytes())
    at = len(broken) // 2
    broken[at : at + 6000] = np.random.default_rng(2).bytes(6000)
    middle.write_bytes(broken)
    samples, _, problems = decode(chain(tmp_path / "chain.ogg", first, middle, last))
    assert set(problems) == {Reason.CORRUPT}
    np.testing.assert_array_equal(samples[-len(decode(last)[0]) :], decode(last)[0])
    no_headers = tmp_path / "no_headers.ogg"
    no_headers.write_bytes(bytes(broken).replace(b"vorbis", b"sibrov"))
    samples, _, problems = decode(chain(tmp_path / "chain.ogg", first, no_headers, last))
    np.testing.assert_array_equal(samples, np.concatenate([decode(first)[0], decode(last)[0]]))
    assert problems == {Reason.PART_NOT_HEARD: 3000}


def test_streams_side_by_side_are_one_link(tmp_path: Path) -> None:
    path = tmp_path / "two.ogg"
    with av.open(str(path), "w", format="ogg") as container:
        streams = [container.add_stream("flac", rate=RATE, layout="mono") for _ in range(2)]
        for begin in range(0, RATE, 4096):
            for stream in streams:
                piece = np.round(voice(1.0, RATE)[begin : begin + 4096].T * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="s16", layout="mono")
                frame.sample_rate, frame.pts = RATE, begin
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    assert find_parts(str(path)).parts == ()
    alone = decode(path)[0]
    samples, _, problems = decode(chain(tmp_path / "chain.ogg", path, link(tmp_path / "b.ogg", "good"), path))
    assert len(samples) == 2 * len(alone) + len(decode(tmp_path / "b.ogg")[0])
    assert problems == {}


def test_a_chain_of_a_radio_capture(tmp_path: Path) -> None:
    """Of many links the length is reckoned, and all are heard."""
    one, other = link(tmp_path / "a.ogg", "good", 0.5), link(tmp_path / "b.ogg", "bad", 0.25)
    path = chain(tmp_path / "chain.ogg", *[one, other] * 20)
    samples, format, problems = decode(path)
    assert len(samples) == 20 * (len(decode(one)[0]) + len(decode(other)[0]))
    assert format.seconds == pytest.approx(15.0, rel=0.05)
    assert problems == {}


def test_a_chain_that_ends_in_the_midst_of_a_page(tmp_path: Path) -> None:
    write_av(tmp_path / "a.opus", voice(2.0, RATE), "libopus", RATE)
    content = (tmp_path / "a.opus").read_bytes()
    cut = tmp_path / "cut.opus"
    cut.write_bytes(content + content[: len(content) * 2 // 3])
    samples, _, problems = decode(cut)
    alone = decode(tmp_path / "a.opus")[0]
    np.testing.assert_array_equal(samples[: len(alone)], alone)
    assert Reason.PART_NOT_HEARD not in problems
