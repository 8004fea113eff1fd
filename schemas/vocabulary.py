"""Words and names that a recogniser is to prefer: brands, people, places of whoever asks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.errors import UsageError
from schemas.shown import shown

MOST_WORDS = 10_000
LONGEST = 100
NONE = "none"


@dataclass(frozen=True)
class Vocabulary:
    """The words and names of one list, in its order.

    Attributes:
        file: the name of the list, without its folder; None where the words stand in the configuration itself.
        words: each once, without blanks around it; phrases of several words are one.
        way: how the checkpoint of a run prefers them; nothing before a run has found out.
        unused: those of which the checkpoint lacks letters, or for which it has no room; as ``way``.

    Raises:
        UsageError: too many, too long, or nothing.
    """

    file: str | None = None
    words: tuple[str, ...] = ()
    way: str = ""
    unused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = tuple(dict.fromkeys(" ".join(word.split()) for word in self.words))
        if "" in words:
            raise UsageError("vocabulary: one of its words is empty")
        if len(words) > MOST_WORDS:
            raise UsageError(f"vocabulary: {len(words):,} words and names, of {MOST_WORDS:,} at most")
        if long := next((word for word in words if len(word) > LONGEST), None):
            raise UsageError(f"vocabulary: {shown(long)} has more than {LONGEST} characters: one word or name a line")
        object.__setattr__(self, "words", words)

    def __str__(self) -> str:
        """How a person is told of it: ``3 words of names.txt (0a1b2c3d)``."""
        of_file = f" of {self.file}" if self.file and self.words else ""
        return f"{self._count}{of_file} ({self.digest})" if self.words else NONE

    @property
    def content(self) -> str:
        """What shapes rows: the words and their order, whatever file they stand in; nothing but its digits is kept."""
        return f"{self._count} ({self.digest})" if self.words else NONE

    @property
    def digest(self) -> str:
        """Eight hex digits of the SHA-256 of the words, a line each."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:8]

    @property
    def _count(self) -> str:
        return f"{len(self.words):,} word{'s' if len(self.words) != 1 else ''}"


def vocabulary_of(values: Mapping[str, Any] | None) -> Vocabulary:
    """Of a configuration as plain values, as a run keeps it; no words where an earlier version kept none."""
    if not values:
        return Vocabulary()
    lists = {name: tuple(values.get(name, ())) for name in ("words", "unused")}
    return Vocabulary(values.get("file"), way=values.get("way", ""), **lists)
