"""Where a file ends that says so itself, so that what stands behind it is found: MP4, WMA, WebM, TTA, WavPack..."""

from __future__ import annotations

import os
from typing import NamedTuple

from transforms.decode.extent import Extent, Measured
from transforms.decode.kinds import ASF_HEADER, EBML, Kind, find_file, kind_at
from transforms.decode.tags import id3_end, no_sound_end, tag_end


def measure_mp4(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Boxes: a second ``ftyp`` begins another file; without one, a second ``moov`` tells of another file."""
    at, samples, table = begin, False, 0
    while at < size:
        head = os.pread(descriptor, 16, at)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if not length and name in (b"mdat", b"free", b"skip"):
            return Measured(size)
        if length < 8 or len(head) < 8 or not all(byte >= 0x20 for byte in name):
            break
        if name == b"ftyp" and at > begin and table:
            break
        if name == b"moov" and table:
            return Measured(table if samples else at)
        if name == b"moov":
            table = min(at + length, size)
        samples = samples or (name == b"mdat" and not table)
        at += length
    return Measured(min(at, size))


def measure_asf(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Objects of an id of 16 bytes and a size of 8; a header object begins a file."""
    at = begin
    while at < size:
        head = os.pread(descriptor, 24, at)
        if len(head) < 24 or (head[:16] == ASF_HEADER and at > begin):
            break
        length = int.from_bytes(head[16:24], "little")
        if length < 24:
            break
        if at + length > size:  # a stream that was recorded states no size of its data
            return Measured(find_file(descriptor, at + 24, size, (Kind.ASF,)))
        at += length
    return Measured(min(at, size))


_SEGMENT = b"\x18\x53\x80\x67"
_AT_THE_TOP = (EBML, _SEGMENT, b"\xec", b"\xbf")
"""The header, the segment, and what may stand anywhere: nothing, and a checksum."""


def measure_matroska(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Elements: the header and one segment, whose size browsers leave open."""
    at, is_whole = begin, True
    while (element := _element(descriptor, at)) is not None and element.id in _AT_THE_TOP:
        if element.id == EBML and at > begin:
            break
        if element.size is None or element.begin + element.size > size:
            return Measured(find_file(descriptor, element.begin, size, (Kind.MATROSKA,)))
        at = element.begin + element.size
        if element.id == _SEGMENT:
            is_whole = _is_filled(descriptor, element.begin, at)
            place = element.begin - 8
            if _goes_on(descriptor, at, size) and os.pread(descriptor, 1, place) == b"\1":  # a size of eight bytes
                end = find_file(descriptor, at, size, (Kind.MATROSKA,))
                head = os.pread(descriptor, place - begin, begin) + b"\1" + b"\xff" * 7  # not known
                return Measured(end, (Extent(path, ((element.begin, end),), head),))
    return Measured(min(at, size), is_whole=is_whole)


def _goes_on(descriptor: int, at: int, size: int) -> bool:
    """Whether more follows where a segment is said to end."""
    element = _element(descriptor, at)
    is_known = element is not None and element.id in _AT_THE_TOP
    return not is_known and no_sound_end(descriptor, at, size) == at < size and kind_at(descriptor, at) is None


class _Element(NamedTuple):
    id: bytes
    begin: int
    size: int | None


def _element(descriptor: int, at: int) -> _Element | None:
    """RFC 8794 sections 4 and 5; a size whose bits are all set is not known."""
    head = os.pread(descriptor, 12, at)
    id_bytes = 9 - head[0].bit_length() if head else 9
    if id_bytes > 4 or id_bytes >= len(head):
        return None
    size_bytes = 9 - head[id_bytes].bit_length()
    if size_bytes > 8 or id_bytes + size_bytes > len(head):
        return None
    most = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(head[id_bytes : id_bytes + size_bytes], "big") & most
    return _Element(head[:id_bytes], at + id_bytes + size_bytes, None if size == most else size)


def _is_filled(descriptor: int, at: int, end: int) -> bool:
    """Whether a segment consists of elements to its end: what was fetched in part has zeros there."""
    while at < end:
        element = _element(descriptor, at)
        if element is None or element.size is None:
            return False
        at = element.begin + element.size
    return at == end


def measure_avi(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """RIFF lists: the first of the form AVI, and AVIX behind it in large files."""
    at = begin
    while at < size:
        head = os.pread(descriptor, 12, at)
        if at > begin and not (head[:4] == b"RIFF" and head[8:] == b"AVIX"):
            break
        length = int.from_bytes(head[4:8], "little")
        if not length:
            return Measured(size)
        at += 8 + length + length % 2
    is_other = at >= size or any(os.pread(descriptor, 4, place)[:4] == b"RIFF" for place in (at, at - 1))
    return Measured(min(at, size) if is_other else size)


def measure_tta(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """A header of 22 bytes, the sizes of all frames, the frames."""
    at = id3_end(descriptor, begin)
    head = os.pread(descriptor, 22, at)
    rate, frames = int.from_bytes(head[10:14], "little"), int.from_bytes(head[14:18], "little")
    if len(head) < 22 or not rate:
        return Measured(size)
    places = -(-frames // (256 * rate // 245))
    sizes = os.pread(descriptor, 4 * places, at + 22)
    at += 22 + len(sizes) + 4 + sum(memoryview(sizes[: len(sizes) // 4 * 4]).cast("I"))
    return Measured(min(at, size))


_INITIAL_BLOCK = 1 << 11


def measure_wavpack(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Blocks that count the samples: where the count goes back, another file begins.

    Where there are more than two channels, several blocks hold the same samples; the first of them is marked.
    """
    at, before = begin, -1
    while at < size:
        head = os.pread(descriptor, 32, at)
        if len(head) < 32 or head[:4] != b"wvpk":
            break
        count = int.from_bytes(head[16:20], "little") | head[10] << 32
        samples, flags = int.from_bytes(head[20:24], "little"), int.from_bytes(head[24:28], "little")
        if samples and flags & _INITIAL_BLOCK:
            if count <= before:
                break
            before = count
        at += 8 + int.from_bytes(head[4:8], "little")
    return Measured(min(at, size), is_whole=at <= size <= tag_end(descriptor, at))


def measure_monkey(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Monkey's Audio: from version 3.98 on a descriptor states the bytes of all its sections."""
    at = id3_end(descriptor, begin)
    head = os.pread(descriptor, 52, at)
    if len(head) < 52 or int.from_bytes(head[4:6], "little") < 3980:
        return Measured(size)
    fields = [int.from_bytes(head[place : place + 4], "little") for place in range(8, 36, 4)]
    own, header, seek_table, wave_header, low, high, behind = fields
    return Measured(min(size, at + own + header + seek_table + wave_header + low + (high << 32) + behind))


def measure_amr(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Frames to the end: the first bytes of another file would be read as some."""
    return Measured(find_file(descriptor, begin + 1, size, (Kind.AMR,)))
