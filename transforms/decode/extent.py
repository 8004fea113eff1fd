"""A part of a file that is opened like a file of its own."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Any

from transforms.decode.format import open_descriptor


@dataclass(frozen=True)
class Extent:
    """Stretches of a file, one after the other, behind a header of their own where theirs lies.

    Attributes:
        path: the file.
        ranges: [begin, end) of each stretch, in bytes; none is empty.
        head: what stands before them.
        promises: whether the part has to hold what its header promises, and whole packets up to its end; not so where
            another file was put into it, and of a broadcast.
        stream: the number by which a broadcast knows the stream that is heard; None for the choice that is usual.
    """

    path: str
    ranges: tuple[tuple[int, int], ...]
    head: bytes = b""
    promises: bool = True
    stream: int | None = None

    @property
    def begin(self) -> int:
        """Where in the file its first byte stands."""
        return self.ranges[0][0]

    @property
    def bytes(self) -> int:
        """How many bytes of the file it takes."""
        return sum(end - begin for begin, end in self.ranges)


def whole(path: str) -> Extent:
    """All of a file; one that cannot be looked at has one byte, and whoever opens it says why."""
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError):
        size = 0
    return Extent(path, ((0, max(1, size)),))


@dataclass(frozen=True)
class Unheard:
    """Bytes from ``begin`` on that may be sound and that no decoder can be given."""

    begin: int
    bytes: int


Part = Extent | Unheard


@dataclass(frozen=True)
class Measured:
    """One of the files that a file consists of.

    Attributes:
        end: where it ends, and something else begins, if anything.
        parts: what to open in its place; None where it is to be opened as it stands.
        is_whole: its bytes are all there, so that a header that states a longer duration is wrong.
    """

    end: int
    parts: tuple[Extent, ...] | None = None
    is_whole: bool = False


class ExtentFile(io.RawIOBase):
    """An extent as a file object that is only read.

    Raises:
        DecodeError: those of :func:`transforms.decode.format.open_descriptor`.
    """

    def __init__(self, extent: Extent) -> None:
        super().__init__()
        self._descriptor = open_descriptor(extent.path)
        self._head = extent.head
        self._at = 0
        self._places: list[tuple[int, int, int]] = []
        """Of each range: where it begins here, where it ends here, where it begins in the file."""
        here = len(extent.head)
        for begin, end in extent.ranges:
            self._places.append((here, here + end - begin, begin))
            here += end - begin
        self.bytes = here

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        """Of the whole file."""
        return self._descriptor

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.bytes}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Fills the buffer over the seams between ranges: libsndfile takes a short read for the end."""
        view = memoryview(buffer).cast("B")
        filled = min(len(view), max(0, len(self._head) - self._at))
        view[:filled] = self._head[self._at : self._at + filled]
        for begin, end, there in self._places:
            at = self._at + filled
            if begin <= at < end:
                wanted = min(len(view) - filled, end - at)
                filled += os.preadv(self._descriptor, [view[filled : filled + wanted]], there + at - begin)
        self._at += filled
        return filled

    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self._descriptor)
