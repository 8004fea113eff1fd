"""The index of an AVI: packets of no bytes stand for time."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.transforms.decode.muxing import clicks, mux
from transforms.decode.avi import packet_times

MP3_S = 1152 / 44_100


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def avi(sizes: list[int], *, open_dml: bool, first: int = 0, sample_bytes: int = 0) -> bytes:
    """Of one stream of MP3 with packets of these sizes, indexed in the one way or the other."""
    header = struct.pack(
        "<4s4sIHHIIIIIIII", b"auds", bytes(4), 0, 0, 0, 0, 1152, 44_100, first, len(sizes), 0, 0, sample_bytes
    )
    standard = struct.pack("<HBBI4sQI", 2, 0, 1, len(sizes), b"00wb", 0, 0)
    standard += b"".join(struct.pack("<II", 0, size) for size in sizes)
    index = chunk(b"ix00", standard)
    strl = b"strl" + chunk(b"strh", header)
    if open_dml:  # the list of indexes stands before them: its offset is that of the first chunk of movi
        at = 12 + 8 + len(b"hdrl") + 8 + len(strl) + 8 + 24 + 16 + 8 + len(b"movi")
        super_index = struct.pack("<HBBI4sIII", 4, 0, 0, 1, b"00wb", 0, 0, 0) + struct.pack(
            "<QII", at, len(index), len(sizes)
        )
        strl += chunk(b"indx", super_index)
    old = b"".join(struct.pack("<4sIII", b"00wb", 16, 4, size) for size in sizes)
    parts = chunk(b"LIST", b"hdrl" + chunk(b"LIST", strl)) + chunk(b"LIST", b"movi" + (index if open_dml else b""))
    return chunk(b"RIFF", b"AVI " + parts + (b"" if open_dml else chunk(b"idx1", old)))


@pytest.mark.parametrize("open_dml", [False, True])
@pytest.mark.parametrize("first", [0, 10])
def test_empty_packets_are_time(tmp_path: Path, open_dml: bool, first: int) -> None:
    (tmp_path / "a.avi").write_bytes(avi([200, 0, 0, 210, 220, 0, 230], open_dml=open_dml, first=first))
    times = packet_times(str(tmp_path / "a.avi"), 0)
    assert times is not None
    np.testing.assert_allclose(times, (first + np.array([0, 3, 4, 6])) * MP3_S)


@pytest.mark.parametrize("content", [
    avi([200, 210], open_dml=False),  # FFmpeg's own count is right
    avi([200, 0, 210], open_dml=False, sample_bytes=2),  # PCM is counted in bytes
    avi([200, 0, 210], open_dml=True)[:150],
    avi([200, 0, 210], open_dml=False)[:-40],
    b"RIFF",
    b"RIFF\xff\xff\xff\xffAVI " + bytes(200),
])  # fmt: skip
def test_otherwise_ffmpegs_count_stands(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.avi").write_bytes(content)
    assert packet_times(str(tmp_path / "a.avi"), 0) is None
    assert packet_times(str(tmp_path / "a.avi"), 7) is None


def test_of_a_file_that_ffmpeg_wrote(tmp_path: Path) -> None:
    mux(tmp_path / "a.avi", clicks([0.5], 6.0), pauses={2.0: 5.0}, video_seconds=12)
    times = packet_times(str(tmp_path / "a.avi"), 1)
    assert times is not None
    assert np.diff(times).max() == pytest.approx(5.0, abs=2 * MP3_S)
    assert np.median(np.diff(times)) == pytest.approx(MP3_S)
