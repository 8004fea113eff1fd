"""When the packets of an AVI are played, after its own index.

AVI has no stamps: a packet of MP3 or AAC stands where its number in the stream puts it, and empty packets stand for
time without sound.  FFmpeg counts only those that hold something, so that all later ones come early.  The layout is
that of the AVI RIFF file reference and of the OpenDML extensions 1.02.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from transforms.decode.chunks import RIFF, chunk_at
from transforms.decode.extent import Extent
from transforms.decode.format import open_descriptor

_MOST_CHUNKS = 100_000
"""A file with more at one level is none that a recorder wrote."""


class _Chunk(NamedTuple):
    """Of a RIFF file; ``kind`` is the type of a list, empty elsewhere."""

    name: bytes
    kind: bytes
    start: int
    end: int


def packet_times(source: str | Extent, stream: int) -> np.ndarray | None:
    """When each packet that holds something is played, in seconds, float64 [n]; None where FFmpeg's count is right.

    Args:
        stream: the number of the stream in the file, from 0.

    Raises:
        DecodeError: those of ``open_descriptor``.
    """
    begin, path = (source.begin, source.path) if isinstance(source, Extent) else (0, source)
    descriptor = open_descriptor(path)
    try:
        return _packet_times(descriptor, begin, stream)
    except (struct.error, ValueError, OSError):  # a damaged index says nothing
        return None
    finally:
        os.close(descriptor)


def _packet_times(descriptor: int, begin: int, stream: int) -> np.ndarray | None:
    whole = os.fstat(descriptor).st_size
    top = [chunk for chunk in _chunks(descriptor, begin, whole) if chunk.name == b"RIFF"]
    inside = [part for chunk in top[:1] for part in _chunks(descriptor, chunk.start, chunk.end)]
    header = next((part for part in inside if part.kind == b"hdrl"), None)
    if header is None:
        return None
    streams = [part for part in _chunks(descriptor, header.start, header.end) if part.kind == b"strl"]
    if stream >= len(streams):
        return None
    parts = {part.name: part for part in _chunks(descriptor, streams[stream].start, streams[stream].end)}
    if b"strh" not in parts:
        return None
    scale, rate, first = struct.unpack("<III", os.pread(descriptor, 12, parts[b"strh"].start + 20))
    (sample_bytes,) = struct.unpack("<I", os.pread(descriptor, 4, parts[b"strh"].start + 44))
    if sample_bytes or not scale or not rate:  # packets of any number of samples, which FFmpeg counts in bytes
        return None
    if b"indx" in parts:
        sizes = _open_dml_sizes(descriptor, begin, parts[b"indx"])
    else:
        sizes = next((_sizes(descriptor, part, stream) for part in inside if part.name == b"idx1"), None)
    if sizes is None or not len(sizes) or sizes.all():
        return None
    return (first + np.flatnonzero(sizes)) * (scale / rate)


def _chunks(descriptor: int, start: int, end: int) -> Iterator[_Chunk]:
    """The chunks in [start, end), in their order."""
    at = start
    for _ in range(_MOST_CHUNKS):
        chunk = chunk_at(descriptor, at, start, RIFF) if at + RIFF.head_bytes <= end else None
        if chunk is None:
            return
        kind = os.pread(descriptor, 4, chunk.begin) if chunk.id in (b"RIFF", b"LIST") else b""
        yield _Chunk(chunk.id, kind, chunk.begin + len(kind), min(end, chunk.begin + chunk.size))
        at = chunk.next


def _sizes(descriptor: int, index: _Chunk, stream: int) -> np.ndarray:
    """The bytes of each packet of a stream, after the index at the end of the file."""
    content = os.pread(descriptor, (index.end - index.start) // 16 * 16, index.start)
    entries = np.frombuffer(content[: len(content) // 16 * 16], "<u4").reshape(-1, 4)
    number = int.from_bytes(b"%02d" % stream, "little")
    return entries[entries[:, 0] & 0xFFFF == number, 3]


def _open_dml_sizes(descriptor: int, begin: int, index: _Chunk) -> np.ndarray | None:
    """The same after the indexes that are spread over a file of more than a gigabyte."""
    _, _, kind, entries = struct.unpack("<HBBI", os.pread(descriptor, 8, index.start))
    if kind != 0:  # AVI_INDEX_OF_INDEXES
        return None
    sizes = []
    for at in range(index.start + 24, min(index.end, index.start + 24 + 16 * entries), 16):
        offset, length, _ = struct.unpack("<QII", os.pread(descriptor, 16, at))
        if not offset:
            continue
        content = os.pread(descriptor, length, begin + offset)
        (packets,) = struct.unpack("<I", content[12:16])
        listed = np.frombuffer(content[32 : 32 + len(content[32:]) // 8 * 8], "<u4").reshape(-1, 2)
        sizes.append(listed[:packets, 1] & 0x7FFF_FFFF)  # the highest bit: no key frame
    return np.concatenate(sizes) if sizes else None
