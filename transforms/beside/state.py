"""Whether a file is still what it was: recorders write on, programs save anew, drives sync."""

from __future__ import annotations

import os
from dataclasses import dataclass

from schemas.records import Source


@dataclass(frozen=True)
class State:
    """What the system says of a file.

    Attributes:
        modified_ns: when it was last changed, in ns since 1970.
        inode: which file it is: another one under the same name has another.
    """

    bytes: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> State:
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)

    @classmethod
    def at(cls, path: str) -> State:
        """The state of a file now.

        Raises:
            OSError, ValueError: it cannot be looked at.
        """
        return cls.of(os.stat(path))

    @classmethod
    def kept(cls, source: Source) -> State | None:
        """What a source was when its content was read; None where nobody looked."""
        return cls(source.bytes, source.modified_ns, source.inode) if source.inode else None

    def told(self, later: State) -> str:
        """What happened between two states, in words."""
        if later.bytes != self.bytes:
            more = later.bytes - self.bytes
            return f"it grew by {more:,} bytes" if more > 0 else f"it lost {-more:,} bytes"
        return "another file took its place" if later.inode != self.inode else "it was written to"
