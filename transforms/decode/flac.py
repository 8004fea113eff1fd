"""Where a FLAC file ends: its frames state no size, but they are numbered."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from transforms.decode.extent import Extent, Measured
from transforms.decode.kinds import FIRST_BYTES, find_file
from transforms.decode.tags import id3_end, tags_begin

_SMALL_BYTES = 1 << 18
"""A file of no more is looked through."""

_PROBES = 16
_PROBE_BYTES = 1 << 15
_SLACK_BYTES = 4096
_MOST_FRAMES = 1 << 16
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
    end = tags_begin(descriptor, size)
    if size - begin <= _SMALL_BYTES or not _rises(descriptor, first, end, block_frames, total):
        end = min(end, find_file(descriptor, first + 4, size, FIRST_BYTES))
    if size - end <= _SLACK_BYTES:
        return Measured(size)
    return Measured(end if end < tags_begin(descriptor, size) else size, (Extent(path, ((begin, end),)),))


def _rises(descriptor: int, begin: int, end: int, block_frames: int, total: int) -> bool:
    numbers: list[int] = []
    for place in np.linspace(begin, end - _PROBE_BYTES, _PROBES).astype(int)[1:]:
        block = os.pread(descriptor, _PROBE_BYTES, int(place))
        number = next(_numbers(block, block_frames), None)
        if number is None or (numbers and number <= numbers[-1]):
            return False
        numbers.append(number)
    last = list(_numbers(block, block_frames))[-1]
    return not total or total - _MOST_FRAMES <= last < total


def _numbers(block: bytes, block_frames: int) -> Iterator[int]:
    """The number of the first sample of each frame in a block."""
    for sync in _SYNC.finditer(block):
        number = _number(block[sync.start() : sync.start() + 16])
        if number is not None:
            yield number * block_frames if sync[0][1] == 0xF8 else number


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
    checksum = 0
    for byte in head[: 4 + length]:
        checksum = _checksums()[checksum ^ byte]
    return number if checksum == head[4 + length] else None


@cache
def _checksums() -> tuple[int, ...]:
    """CRC-8 of a byte, polynomial x^8 + x^2 + x + 1."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
        table.append(value)
    return tuple(table)
