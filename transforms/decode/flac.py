"""Where a FLAC file ends: its frames state no size, but they are numbered."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from transforms.decode.extent import Extent, Measured
from transforms.decode.kinds import FIRST_BYTES, Kind, find_file, kind_at
from transforms.decode.tags import id3_end, tags_begin

_SMALL_BYTES = 1 << 18
"""A file of no more is looked through."""

_PROBES = 8
_PROBE_BYTES = 1 << 15
_SLACK_BYTES = 4096
_MOST_FRAMES = 1 << 16
_MOST_BLOCKS = 1 << 12
_SYNC = re.compile(rb"\xff[\xf8\xf9]")
"""How a frame begins, of one size for all or of any."""


def measure_flac(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """Whether another file begins within, and where.

    In a large file the numbers of some frames tell: they rise to the number of samples that the header states.
    """
    first = id3_end(descriptor, begin)
    head = os.pread(descriptor, 26, first)
    total = int.from_bytes(head[21:26], "big") & (1 << 36) - 1
    block_frames = int.from_bytes(head[8:10], "big")
    tags = end = tags_begin(descriptor, size)
    last = _last_number(descriptor, first, end, block_frames)
    reaches = last is not None and (not total or total - _MOST_FRAMES <= last < total)
    if size - begin <= _SMALL_BYTES or not reaches or not _rises(descriptor, first, end, block_frames):
        end = min(end, _next_file(descriptor, first + 4, size))
    if end < tags:
        return Measured(end, (Extent(path, ((begin, end),)),))
    is_whole = not reaches and _ends_with_a_frame(descriptor, first, end)
    if size - end <= _SLACK_BYTES:
        return Measured(size, is_whole=is_whole)
    return Measured(size, (Extent(path, ((begin, end),), promises=not is_whole),))


def _next_file(descriptor: int, at: int, size: int) -> int:
    """Where another file begins; one of FLAC has to lead to a frame."""
    while (at := find_file(descriptor, at, size, FIRST_BYTES)) < size:
        if kind_at(descriptor, at) is not Kind.FLAC or _leads_to_a_frame(descriptor, at):
            break
        at += 1
    return at


def _leads_to_a_frame(descriptor: int, at: int) -> bool:
    at += 4
    for _ in range(_MOST_BLOCKS):
        head = os.pread(descriptor, 4, at)
        if len(head) < 4:
            return False
        at += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            break
    return next(_frames(os.pread(descriptor, 16, at), 1), (1, 0))[0] == 0


def _last_number(descriptor: int, begin: int, end: int, block_frames: int) -> int | None:
    at = max(begin, end - _PROBE_BYTES)
    numbers = [number for _, number in _frames(os.pread(descriptor, end - at, at), block_frames)]
    return numbers[-1] if numbers else None


def _rises(descriptor: int, begin: int, end: int, block_frames: int) -> bool:
    before = -1
    for place in np.linspace(begin, max(begin, end - _PROBE_BYTES), _PROBES).astype(int)[1:]:
        block = os.pread(descriptor, _PROBE_BYTES, int(place))
        number = next((number for _, number in _frames(block, block_frames)), -1)
        if number <= before:
            return False
        before = number
    return True


def _ends_with_a_frame(descriptor: int, begin: int, end: int) -> bool:
    """Whether the last frame is all there: two bytes of checksum end it."""
    at = max(begin, end - _PROBE_BYTES)
    block = os.pread(descriptor, end - at, at)
    return any(_crc16(block[place:-2]) == int.from_bytes(block[-2:], "big") for place, _ in _frames(block, 1))


def _frames(block: bytes, block_frames: int) -> Iterator[tuple[int, int]]:
    """Where in a block frames begin, and the number of the first sample of each."""
    for sync in _SYNC.finditer(block):
        number = _number(block[sync.start() : sync.start() + 16])
        if number is not None:
            yield sync.start(), number * block_frames if sync[0][1] == 0xF8 else number


def _number(head: bytes) -> int | None:
    """The number in a frame's header, whose checksum has to be right.

    https://www.rfc-editor.org/rfc/rfc9639 section 9.1
    """
    if len(head) < 16:
        return None
    size_code, rate_code = head[2] >> 4, head[2] & 15
    if not size_code or rate_code == 15 or head[3] >> 4 > 10 or head[3] & 1:
        return None
    leading = 8 - (head[4] ^ 0xFF).bit_length() if head[4] != 0xFF else 8
    if leading in (1, 8):
        return None
    number = head[4] if not leading else head[4] & (0x7F >> leading)
    length = max(1, leading)
    for byte in head[5 : 4 + length]:
        number = number << 6 | byte & 0x3F
    length += {6: 1, 7: 2}.get(size_code, 0) + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    return number if _crc(head[: 4 + length], 8, 0x07) == head[4 + length] else None


def _crc16(content: bytes) -> int:
    return _crc(content, 16, 0x8005)


def _crc(content: bytes, bits: int, polynomial: int) -> int:
    """A checksum of so many bits, which begins with zero."""
    table, checksum, most = _crc_table(bits, polynomial), 0, (1 << bits) - 1
    for byte in content:
        checksum = (checksum << 8 & most) ^ table[checksum >> bits - 8 ^ byte]
    return checksum


@cache
def _crc_table(bits: int, polynomial: int) -> tuple[int, ...]:
    table = []
    for value in range(256):
        value <<= bits - 8
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> bits - 1 else 0)
            value &= (1 << bits) - 1
        table.append(value)
    return tuple(table)
