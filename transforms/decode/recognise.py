"""Whether the sound of a new file may be known: told by how it begins, and only then by all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from schemas.records import Target
from schemas.register import NO_CLUES, Clues
from transforms.decode.audio import DecodeError, Format


class Decodes(Protocol):
    """What is asked of a decoder; see :class:`transforms.decode.guard.Decoder`."""

    def header(self, path: Target) -> Format: ...

    def head(self, path: Target) -> tuple[Format, str]: ...

    def sound(self, path: Target) -> str | None: ...


@dataclass(frozen=True)
class Ear:
    """Reads a new file as far as it has to be read to know who it is.

    Where nothing is known yet that is its header; else a second of its sound as well, and all of it where that second
    is known.
    """

    decoder: Decodes
    clues: Clues = NO_CLUES

    def listen(self, target: Target, content: str) -> tuple[float | None, str | None]:
        """The length that the header states, and the ``sound_hash`` if it may be a known one.

        Args:
            content: the hash of its bytes: a file that is known by them is not opened.
        """
        if self.clues.knows(content):
            return None, None
        try:
            if self.clues.are_none:
                return self.decoder.header(target).seconds, None
            format, head = self.decoder.head(target)
        except DecodeError:
            return None, None  # decoding will say why
        return format.seconds, self.decoder.sound(target) if head and self.clues.may_know(head) else None
