"""MP3s in one file, and tags in their midst and at their end: no sound is missing, and nothing is called damage."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.decoding import decode, write_av
from tests.transforms.decode.odd_files import RATE, voice
from transforms.decode.audio import read_header
from transforms.decode.mpeg import frame_bytes, info_bytes
from transforms.decode.parts import find_parts

ID3V1 = b"TAG" + b"a title".ljust(125, b"\0")
COVER = b"\xff\xd8\xff\xe0" + np.random.default_rng(5).bytes(20_000)


def id3v2(content: bytes) -> bytes:
    return b"ID3\4\0\0" + bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0)) + content


def ape(content: bytes, head: bool = True) -> bytes:
    fields = (2000, len(content) + 32, 1)
    foot = b"APETAGEX" + struct.pack("<IIII8x", *fields, (1 << 31) if head else 0)
    first = b"APETAGEX" + struct.pack("<IIII8x", *fields, 1 << 31 | 1 << 29) if head else b""
    return first + content + foot


def lyrics(content: bytes) -> bytes:
    body = b"LYRICSBEGIN" + b"IND00002" + b"10" + b"LYR%05d" % len(content) + content
    return body + b"%06d" % len(body) + b"LYRICS200"


TAGS = {
    "id3v1": ID3V1, "id3v2": id3v2(b"TIT2" + b"\0" * 300), "cover": id3v2(b"APIC" + COVER), "ape": ape(COVER),
    "ape without a head": ape(COVER, head=False), "lyrics": lyrics(b"[00:01] la la\r\n" * 500) + ID3V1,
    "lyrics of version 1": b"LYRICSBEGIN" + b"la la la\r\n" * 300 + b"LYRICSEND" + ID3V1,
    "all": ape(COVER) + lyrics(b"la la\r\n" * 900) + ID3V1,
}  # fmt: skip


@pytest.fixture(scope="module", params=["constant", "variable", "constant, no info", "variable, no info"])
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two MP3s, with an Info or Xing frame and without."""
    folder = tmp_path_factory.mktemp("mp3")
    paths = []
    for name, seconds, pitch in (("a", 3.0, 150), ("b", 2.0, 240)):
        path = folder / f"{name}.mp3"
        if request.param.startswith("variable"):
            soundfile.write(path, voice(seconds, RATE, pitch), RATE, format="MP3", bitrate_mode="VARIABLE")
        else:
            write_av(path, voice(seconds, RATE, pitch), "libmp3lame", RATE)
        if request.param.endswith("no info"):
            content = path.read_bytes()
            info = content.index(b"\xff", 10 if content[:3] == b"ID3" else 0)
            path.write_bytes(content[info + frame_bytes(content[info : info + 6]) :])
        paths.append(path)
    return paths[0], paths[1]


def test_a_file_alone_is_opened_as_it_stands(files: tuple[Path, Path]) -> None:
    assert find_parts(str(files[0])).parts == ()


@pytest.mark.parametrize("tag", TAGS)
def test_tags_at_the_end_are_no_sound(tag: str, files: tuple[Path, Path], tmp_path: Path) -> None:
    whole, _, _ = decode(files[0])
    (tmp_path / "a.mp3").write_bytes(files[0].read_bytes() + TAGS[tag])
    samples, _, problems = decode(tmp_path / "a.mp3")
    assert problems == {}
    np.testing.assert_allclose(samples, whole, atol=1e-6)


@pytest.mark.parametrize("tag", ["", *TAGS])
def test_files_in_one_with_tags_between_them(tag: str, files: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = (path.read_bytes() for path in files)
    between = TAGS.get(tag, b"")
    (tmp_path / "a.mp3").write_bytes(one + between + other + between + one + between)
    samples, format, problems = decode(tmp_path / "a.mp3")
    assert problems == {}
    assert len(samples) / RATE == pytest.approx(8, abs=0.3)  # without an Info frame the padding stays in
    if abs((read_header(str(files[0])).seconds or 0) - 3) < 0.1:  # else it is guessed by the first frame's bit rate
        assert format.seconds == pytest.approx(8, abs=0.3)
    assert format.sample_rate_hz == RATE
    first = decode(files[0])[0]
    sure = len(first) - 2400
    np.testing.assert_allclose(samples[:sure], first[:sure], atol=2e-5)
    assert np.abs(samples).max() < 1


def test_an_advertisement_within_a_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = (path.read_bytes() for path in files)
    at = 10 + one[9] if one[:3] == b"ID3" else 0
    while at < len(one) // 2:
        at += frame_bytes(one[at : at + 6])
    for tag in ("", "id3v2", "id3v1"):
        between = TAGS.get(tag, b"")
        (tmp_path / "a.mp3").write_bytes(one[:at] + between + other + between + one[at:])
        samples, _, problems = decode(tmp_path / "a.mp3")
        assert problems == {}
        assert len(samples) / RATE == pytest.approx(5, abs=0.2)


def test_aac_with_tags_in_its_midst_and_at_its_end(tmp_path: Path) -> None:
    write_av(tmp_path / "a.aac", voice(3.0), "aac", RATE)
    content, whole = (tmp_path / "a.aac").read_bytes(), decode(tmp_path / "a.aac")[0]
    for tag in TAGS.values():
        (tmp_path / "b.aac").write_bytes(content + tag + content + tag)
        samples, _, problems = decode(tmp_path / "b.aac")
        assert (len(samples), problems) == (2 * len(whole), {})
        np.testing.assert_array_equal(samples[: len(whole) - 1024], whole[:-1024])


def test_an_info_frame_that_counts_fewer_frames_than_there_are(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.mp3", voice(6.0), RATE, format="MP3", bitrate_mode="VARIABLE")
    content = bytearray((tmp_path / "a.mp3").read_bytes())
    at = content.index(b"Xing") + 8
    frames, size = struct.unpack(">II", content[at : at + 8])
    for told in (struct.pack(">II", frames // 2, size), struct.pack(">II", frames // 3, size // 3)):
        content[at : at + 8] = told
        (tmp_path / "b.mp3").write_bytes(content)
        samples, _, problems = decode(tmp_path / "b.mp3")
        assert len(samples) / RATE == pytest.approx(6, abs=0.1)
        assert problems == {}


def test_damage_is_told_as_before(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.mp3", voice(6.0), RATE, format="MP3")
    content = bytearray((tmp_path / "a.mp3").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2000] = np.random.default_rng(2).bytes(2000)
    (tmp_path / "a.mp3").write_bytes(content)
    alone = decode(tmp_path / "a.mp3")[2]
    assert Reason.CORRUPT in alone
    (tmp_path / "a.mp3").write_bytes(content + content)
    assert decode(tmp_path / "a.mp3")[2][Reason.CORRUPT] == alone[Reason.CORRUPT]


@pytest.mark.parametrize(("codec", "rate"), [("libmp3lame", 8_000), ("libmp3lame", 24_000), ("libmp3lame", 48_000),
                                             ("mp2", 16_000), ("mp2", 44_100)])  # fmt: skip
def test_sizes_of_frames(codec: str, rate: int, tmp_path: Path) -> None:
    """From frame to frame one comes to the end of the file."""
    path = tmp_path / ("a.mp2" if codec == "mp2" else "a.mp3")
    write_av(path, voice(1.0, rate, channels=2), codec, rate)
    content = path.read_bytes()
    at = 10 + content[9] if content[:3] == b"ID3" else 0
    frames = 0
    while at < len(content):
        size = frame_bytes(content[at : at + 6])
        assert size > 0
        frames, at = frames + 1, at + size
    assert at == len(content)
    per_frame = 1152 if codec == "mp2" or rate > 24_000 else 576
    assert frames * per_frame == pytest.approx(rate, abs=4 * per_frame)


def test_the_bytes_that_an_info_frame_states(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.mp3", voice(2.0), RATE, format="MP3")
    content = (tmp_path / "a.mp3").read_bytes()
    assert info_bytes(content[:64]) == os.path.getsize(tmp_path / "a.mp3")
    assert info_bytes(content[frame_bytes(content[:6]) :][:64]) is None
