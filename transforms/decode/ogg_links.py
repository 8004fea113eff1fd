"""The links of a chained Ogg file, found by its pages.

FFmpeg goes on over a chain with the code books of its first link, which turns the next one into noise, and ends where
the rate, the channels or the codec change: each link is opened by itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from transforms.decode.extent import Extent, Measured

_HEAD_BYTES = 27
_BEGINS = 2
"""The bit of a page's type that says: a stream begins here."""

_NO_TIME, _NO_END = bytes(8), b"\xff" * 8
"""The time stamps of pages of headers, and of pages in which no packet ends."""


@dataclass
class _Link:
    begin: int
    end: int
    streams: set[int] = field(default_factory=set)
    later: set[int] = field(default_factory=set)
    """Streams of which pages stand in it that do not begin in it."""
    has_samples: bool = False


def measure_ogg(path: str, descriptor: int, begin: int, size: int) -> Measured:
    """The links up to the last page, each as a part."""
    links = [_Link(begin, begin)]
    at, beginning = begin, True
    while at < size:
        head = os.pread(descriptor, _HEAD_BYTES + 255, at)
        if head[:5] != b"OggS\0" or len(head) < _HEAD_BYTES:
            found = _next_page(descriptor, at + 1 if head[:4] == b"OggS" else at, size)
            if found == size:
                break
            at = found
            continue
        stream = int.from_bytes(head[14:18], "little")
        if head[5] & _BEGINS:
            if not beginning:
                links.append(_Link(at, at))
            links[-1].streams.add(stream)
            beginning = True
        else:
            beginning = False
            links[-1].has_samples |= head[6:14] not in (_NO_TIME, _NO_END)
            if stream not in links[-1].streams:
                links[-1].later.add(stream)
        segments = head[26]
        at += _HEAD_BYTES + segments + sum(head[_HEAD_BYTES : _HEAD_BYTES + segments])
        links[-1].end = min(at, size)
    kept = [link for link in _chained(links) if link.has_samples]  # headers may stand twice
    if len(kept) <= 1:
        return Measured(links[-1].end)
    return Measured(links[-1].end, tuple(Extent(path, ((link.begin, link.end),)) for link in kept))


def _chained(links: list[_Link]) -> list[_Link]:
    """Without those in which streams of the one before go on: a stream that begins late begins no link."""
    kept = links[:1]
    for link in links[1:]:
        if link.later & kept[-1].streams:
            kept[-1].streams |= link.streams
            kept[-1].end = link.end
            kept[-1].has_samples |= link.has_samples
        else:
            kept.append(link)
    return kept


def _next_page(descriptor: int, at: int, size: int) -> int:
    while at < size:
        block = os.pread(descriptor, 1 << 16, at)
        place = block.find(b"OggS\0")
        if place >= 0:
            return at + place
        if len(block) <= 4:
            return size
        at += len(block) - 4
    return size
