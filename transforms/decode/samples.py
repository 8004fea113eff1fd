"""Which bytes of a WAV, AIFF, CAF or AU file are samples, whatever its sizes say.

A recorder whose power fails, a program that writes into a pipe, and a size of 32 bits in a file of more than 4 GB leave
headers that state less than there is.  What lies behind the stated end is either chunks, or another file, or samples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from transforms.decode.chunks import (
    AIFF,
    CAF,
    RIFF,
    RIFX,
    W64,
    Chunk,
    Dialect,
    chunk_at,
    is_known,
    leads_to,
    trailing_chunks,
)
from transforms.decode.extent import Extent, Measured
from transforms.decode.forms import PIECE_BYTES, Form, au_form, read_form
from transforms.decode.kinds import Kind, find_file, kind_at
from transforms.decode.tags import id3_end, tag_end, tags_begin

_DIALECTS = {b"RIFF": RIFF, b"RF64": RIFF, b"BW64": RIFF, b"RIFX": RIFX, b"FORM": AIFF, b"caff": CAF, b"riff": W64}

_PLACEHOLDER_BYTES = 0x7F00_0000
"""Programs that write to a pipe state sizes from about here on, as they do not know better."""

_LEAST_BYTES = 256
"""Fewer bytes behind the stated end are left alone: no sound that anybody would miss, and often the rest of a chunk."""

_PADDING_BYTES = 1 << 17
"""Zeros to the end of a file up to so many are no samples: file systems and recorders fill up their last cluster."""


def measure_chunks(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """The samples of a file that is a list of chunks, and its end."""
    begin = id3_end(descriptor, begin)
    dialect = _DIALECTS[os.pread(descriptor, 4, begin)]
    magic = os.pread(descriptor, dialect.heads, begin)
    form: Form | None = None
    wide: int | None = None
    """What the chunk ds64 of RF64 states of the samples."""
    ranges: list[tuple[int, int]] = []
    at, as_it_stands, seen = begin + dialect.heads, True, 0
    while at < size:
        chunk = _chunk(descriptor, at, begin, size, dialect)
        if chunk is None or (ranges and kind_at(descriptor, at) is not None):
            break
        as_it_stands = as_it_stands and (bool(ranges) or chunk.begin == at + dialect.head_bytes)
        if chunk.id == b"ds64":
            wide = int.from_bytes(os.pread(descriptor, 8, chunk.begin + 8), "little")
        if chunk.id == dialect.form:
            form = read_form(magic, dialect, os.pread(descriptor, min(chunk.size, 4096), chunk.begin))
        if chunk.id != dialect.data:
            at = min(chunk.next, size) if chunk.begin + chunk.size <= size or is_known(chunk, dialect) else size
            continue
        stated = wide if wide is not None and chunk.size == 0xFFFF_FFFF else chunk.size
        first = chunk.begin + dialect.data_skips
        last = chunk.begin + stated
        seen, as_it_stands = seen + 1, as_it_stands and (not seen or bool(ranges))
        end, lies = _samples_end(descriptor, first, last, begin, size, dialect, form)
        at = end if lies or end != last else last + (begin - last) % dialect.align
        as_it_stands = as_it_stands and not lies
        if end > first:
            ranges.append((first, end))
    end = min(at, size)
    if as_it_stands and len(ranges) <= 1:
        return Measured(end)
    if form is None or not ranges:
        return Measured(end)
    return Measured(end, tuple(_pieces(path, ranges, form)))


def _chunk(descriptor: int, at: int, origin: int, size: int, dialect: Dialect) -> Chunk | None:
    """The chunk at ``at``; where the one before was not padded to an even size, the one that begins a byte earlier."""
    chunk = chunk_at(descriptor, at, origin, dialect)
    if chunk is not None and (is_known(chunk, dialect) or leads_to(descriptor, at, origin, dialect, size)):
        return chunk
    earlier = chunk_at(descriptor, at - 1, origin, dialect) if dialect.align == 2 else None
    if earlier is not None and is_known(earlier, dialect):
        return earlier
    return None if chunk is None or at + dialect.head_bytes + chunk.size > size else chunk


def _samples_end(
    descriptor: int, first: int, last: int, origin: int, size: int, dialect: Dialect, form: Form | None
) -> tuple[int, bool]:
    """Where the samples from ``first`` on end that are said to end at ``last``, and whether that is a lie."""
    is_open = last <= first or last - first >= _PLACEHOLDER_BYTES
    if first < last <= size and _is_end(descriptor, last, origin, size, dialect):
        return last, False
    if last <= first and _is_end(descriptor, first, origin, size, dialect):
        return first, False
    if last <= size and form is not None and dialect.size_bytes == 4:
        for wrapped in range(last + (1 << 32), size + 1, 1 << 32):
            if _is_end(descriptor, wrapped, origin, size, dialect):
                return wrapped, True
    limit = find_file(descriptor, first, size, (Kind.CHUNKS,))
    if form is None:
        return min(last, limit), False
    end = trailing_chunks(descriptor, first, limit if limit < size else tags_begin(descriptor, size), origin, dialect)
    if last > limit and (end == limit or not is_open):
        return limit, False
    if first < last < end and not could_be_samples(descriptor, last, end):
        return last, False
    return end, True


def _is_end(descriptor: int, at: int, origin: int, size: int, dialect: Dialect) -> bool:
    """Whether samples end at ``at``: what follows is nothing to speak of, another file, a tag, or chunks."""
    padded = at + (origin - at) % dialect.align
    if (
        size - at < _LEAST_BYTES
        or kind_at(descriptor, padded)
        or kind_at(descriptor, at)
        or is_padding(descriptor, at, size)
    ):
        return True
    for place in {at, padded}:
        if tag_end(descriptor, place) > place:
            return True
        chunk = chunk_at(descriptor, place, origin, dialect)
        if chunk is not None and (is_known(chunk, dialect) or leads_to(descriptor, place, origin, dialect, size)):
            return True
    return False


def is_padding(descriptor: int, at: int, end: int) -> bool:
    """Whether there is nothing from ``at`` on but a few zeros."""
    return end - at <= _PADDING_BYTES and not any(os.pread(descriptor, end - at, at))


_SAMPLE_BYTES = 1 << 16
_MOST_BITS = 7.99


def could_be_samples(descriptor: int, begin: int, end: int) -> bool:
    """Whether bytes could be samples of any form: all 256 values are as frequent as each other only in compressed or
    encrypted data, and in white noise at full scale.  Loud music with 24 bits has 7.95 bits a byte, counted by value.
    """
    places = np.linspace(begin, max(begin, end - _SAMPLE_BYTES), 8).astype(int)
    even = 0
    for place in places:
        block = os.pread(descriptor, min(_SAMPLE_BYTES, end - begin), int(place))
        counts = np.bincount(np.frombuffer(block, np.uint8), minlength=256)
        shares = counts[counts > 0] / len(block)
        bias = 255 / (2 * len(block) * np.log(2))
        even += len(block) >= 4096 and -(shares * np.log2(shares)).sum() + bias > _MOST_BITS
    return even <= len(places) // 2


def measure_au(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """The samples of an AU file and its end."""
    begin = id3_end(descriptor, begin)
    magic = os.pread(descriptor, 24, begin)
    form = au_form(magic) if len(magic) == 24 else None
    if form is None:
        return Measured(size)
    first = begin + int.from_bytes(magic[4:8], "big")
    stated = int.from_bytes(magic[8:12], "big")
    last = first + stated
    if stated != 0xFFFF_FFFF and last <= size:
        rest_is_small = size - last < _LEAST_BYTES or is_padding(descriptor, last, size)
        if stated and (rest_is_small or kind_at(descriptor, last) or tag_end(descriptor, last) > last):
            return Measured(last)
        for wrapped in range(last + (1 << 32), size + 1, 1 << 32):
            if size - wrapped < _LEAST_BYTES or kind_at(descriptor, wrapped):
                return Measured(wrapped, tuple(_pieces(path, [(first, wrapped)], form)))
    found = find_file(descriptor, first, size, (Kind.AU,))
    end = found if found < size else tags_begin(descriptor, size)
    if (last > size and found == size) or end <= first:
        return Measured(size)
    if first < last < end and not could_be_samples(descriptor, last, end):
        return Measured(last)
    return Measured(end, tuple(_pieces(path, [(first, end)], form)))


def _pieces(path: str, ranges: list[tuple[int, int]], form: Form) -> Iterator[Extent]:
    """Whole frames of the ranges, as many behind one header as its sizes can state."""
    most = PIECE_BYTES - PIECE_BYTES % form.frame_bytes
    taken: list[tuple[int, int]] = []
    filled = 0
    for begin, end in ranges:
        end -= (end - begin) % form.frame_bytes
        while begin < end:
            step = min(end - begin, most - filled)
            taken.append((begin, begin + step))
            filled, begin = filled + step, begin + step
            if filled == most:
                yield Extent(path, tuple(taken), form.head(filled))
                taken, filled = [], 0
    if taken:
        yield Extent(path, tuple(taken), form.head(filled))
