"""Which streams of a broadcast carry the sound, one after the other.

At the boundary of a programme the sound of a transport stream may go on under another number (PID), or in another
coding.  FFmpeg plays the stream that it chose at the beginning, and the rest is silence.  Here the places are found at
which streams of sound begin and end; tracks that run beside each other, as languages do, are no such thing.

A packet of 188 bytes is laid out in ISO/IEC 13818-1, 2.4.3; a packet of an elementary stream (PES) in 2.4.3.6, with
the stream ids of table 2-22: 0xC0 to 0xDF are MPEG audio and AAC, 0xBD is private: AC-3 and DTS, told by their first
bytes, and subtitles.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from transforms.decode.extent import Extent, Measured
from transforms.decode.kinds import PACKET

_BLOCK_PACKETS = 20_000
_SOUND = range(0xC0, 0xE0)
_PRIVATE = 0xBD
_SYNCS = (b"\x0b\x77", b"\x7f\xfe\x80\x01")
"""AC-3 and DTS."""
_LEAST_PACKETS = 3
"""Fewer in a row are what is left of another programme at the seam."""
_SPARSE = 5
"""Times the usual distance between two packets of a stream: from here on it has paused."""
_MOSTLY = 2
"""A stream follows another if so many times more of its packets lie in pauses of that one than beside it."""
_SEAM_BYTES = 1 << 18
"""Packets of the one stream may stand behind the first of the next."""
_BEFORE_BYTES = 1 << 20
"""What is read before the first packet of a stream, so that the tables that tell its coding are there."""


class Run(NamedTuple):
    """A stream that carries the sound from one byte on, up to another."""

    stream: int
    begin: int
    end: int


def measure_transport_stream(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """A transport stream, of packets of 188 bytes."""
    return _measured(path, begin, size, _in_transport_stream(descriptor, begin, size), PACKET)


def measure_program_stream(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """A program stream: .mpg, .vob."""
    return _measured(path, begin, size, _in_program_stream(descriptor, begin, size), 1)


def _measured(path: str, begin: int, size: int, starts: dict[int, np.ndarray], step: int) -> Measured:
    """The parts, each from a multiple of ``step`` bytes on."""
    runs = follow(starts, begin, size)
    if len(runs) < 2:
        return Measured(size)
    parts: list[Extent] = []
    for run in runs:
        at = starts[run.stream]
        earlier, later = at[at < run.begin], at[at >= run.end]
        low = max(begin, run.begin - _BEFORE_BYTES, int(earlier[-1]) + 1 if len(earlier) else begin)
        low += (begin - low) % step
        high = min(size, run.end + _SEAM_BYTES, int(later[0]) if len(later) else size)
        parts.append(Extent(path, ((low, high),), promises=False, stream=run.stream if parts else None))
    return Measured(size, tuple(parts))


def follow(starts: dict[int, np.ndarray], begin: int, size: int) -> list[Run]:
    """The runs of the sound in their order; one where the stream that begins first goes on to the end.

    Args:
        starts: where the packets of each stream begin, in bytes, int64 [n], rising.
    """
    sounding = {stream: at for stream, at in starts.items() if len(at) >= _LEAST_PACKETS}
    if not sounding:
        return []
    main = min(sounding, key=lambda stream: sounding[stream][0])
    pauses = list(_pauses(sounding.pop(main), size))
    followers = {
        stream: at for stream, at in sounding.items() if _within(at, pauses) > _MOSTLY * (len(at) - _within(at, pauses))
    }
    runs = [Run(main, begin, size)]
    middles = [(before[1] + after[0]) // 2 for before, after in pairwise(pauses)]
    for (last, high), low, top in zip(pauses, [begin, *middles], [*middles, size], strict=False):
        # Packets of a follower that stand within the last ones of the main stream are its own turn's, too.
        turns = list(_turns({stream: at[(at >= low) & (at < top)] for stream, at in followers.items()}, high))
        if turns:
            runs[-1] = runs[-1]._replace(end=max(last + 1, turns[0].begin))
            runs.extend(turns)
            if high < size:
                runs.append(Run(main, high, size))
    return runs


def _pauses(at: np.ndarray, size: int) -> Iterator[tuple[int, int]]:
    """Where a stream has no packets: between two of them, and after the last."""
    steps = np.diff(at)
    usual = float(np.median(steps))
    for place in np.flatnonzero(steps > _SPARSE * usual):
        yield int(at[place]), int(at[place + 1])
    if size - at[-1] > _SPARSE * usual:
        yield int(at[-1]), size


def _within(at: np.ndarray, pauses: Sequence[tuple[int, int]]) -> int:
    """How many packets of a stream lie in pauses of another."""
    return sum(int(np.count_nonzero((at > low) & (at < high))) for low, high in pauses)


def _turns(starts: dict[int, np.ndarray], end: int) -> Iterator[Run]:
    """Who has the sound in a pause of the main stream: one stream until it has no more packets, then the next."""
    left = {stream: at for stream, at in starts.items() if len(at) >= _LEAST_PACKETS}
    while left:
        stream = min(left, key=lambda one: left[one][0])
        at = left.pop(stream)
        stop = next((low for low, _ in _pauses(at, end) if any(other[-1] > low for other in left.values())), None)
        if stop is None:
            yield Run(stream, int(at[0]), end)
            return
        left = {one: rest for one, other in left.items() if len(rest := other[other > stop]) >= _LEAST_PACKETS}
        following = min((int(rest[0]) for rest in left.values()), default=end)
        yield Run(stream, int(at[0]), following)


def _in_transport_stream(descriptor: int, begin: int, size: int) -> dict[int, np.ndarray]:
    found: dict[int, list[int]] = {}
    for start in range(begin, size, _BLOCK_PACKETS * PACKET):
        block = os.pread(descriptor, min(_BLOCK_PACKETS * PACKET, size - start), start)
        packets = np.frombuffer(block[: len(block) // PACKET * PACKET], np.uint8).reshape(-1, PACKET)
        begins = np.flatnonzero((packets[:, 0] == 0x47) & (packets[:, 1] & 0x40 != 0) & (packets[:, 3] & 0x10 != 0))
        heads = packets[begins]
        adapted = heads[:, 3] & 0x20 != 0
        payload = np.where(adapted, 5 + heads[:, 4].astype(np.int64), 4)
        rows = np.flatnonzero(payload <= PACKET - 16)
        first = np.take_along_axis(heads[rows], payload[rows, None] + np.arange(4), axis=1)
        is_pes = (first[:, 0] == 0) & (first[:, 1] == 0) & (first[:, 2] == 1)
        ids = first[:, 3]
        kept = is_pes & (((ids >= _SOUND.start) & (ids < _SOUND.stop)) | (ids == _PRIVATE))
        pids = (heads[:, 1].astype(np.int64) & 0x1F) << 8 | heads[:, 2]
        for row, stream_id in zip(rows[kept], ids[kept], strict=True):
            if stream_id == _PRIVATE and not _is_sound(bytes(heads[row, payload[row] :])):
                continue
            found.setdefault(int(pids[row]), []).append(start + int(begins[row]) * PACKET)
    return {pid: np.array(at, np.int64) for pid, at in found.items()}


def _is_sound(pes: bytes) -> bool:
    """Whether the payload of a private packet begins as AC-3 or DTS does."""
    return len(pes) > 9 and pes[9 + pes[8] :].startswith(_SYNCS)


def _in_program_stream(descriptor: int, begin: int, size: int) -> dict[int, np.ndarray]:
    found: dict[int, list[int]] = {}
    with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) as content:
        at = begin
        while at + 6 <= size:
            if content[at : at + 3] != b"\0\0\1":
                at = content.find(b"\0\0\1", at + 1)
                if at < 0:
                    break
                continue
            code = content[at + 3]
            if code == 0xBA:  # a pack: MPEG-2 has its stuffing in the last byte, MPEG-1 has none
                at += 14 + (content[at + 13] & 7) if content[at + 4] >> 6 == 1 and at + 14 <= size else 12
                continue
            if code < 0xBB:  # no packet: the end code
                at += 4
                continue
            length = int.from_bytes(content[at + 4 : at + 6], "big")
            if code in _SOUND:
                found.setdefault(0x100 | code, []).append(at)  # as FFmpeg numbers them
            elif code == _PRIVATE and at + 9 < size:
                part = content[at + 9 + content[at + 8]] if at + 9 + content[at + 8] < size else 0
                if 0x80 <= part < 0xB0:  # AC-3, DTS and PCM of a DVD
                    found.setdefault(part, []).append(at)
            at += 6 + length
    return {stream: np.array(at, np.int64) for stream, at in found.items()}
