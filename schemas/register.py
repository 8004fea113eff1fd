"""What a corpus knows by its bytes and by its sound: who a new file is, if it is no new recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from schemas.forgotten import HEAD_DIGITS, Forgotten
from schemas.records import Known

_CONTENT_DIGITS = 16


@dataclass(frozen=True)
class Clues:
    """What tells a worker which files to look into: parts of hashes, since it is sent with every portion of work.

    Attributes:
        contents: of the bytes that are known, the first 64 bits.
        heads: how known sounds begin.
        forgotten: what is not to be taken up again.
    """

    contents: frozenset[int] = frozenset()
    heads: frozenset[int] = frozenset()
    forgotten: Forgotten = field(default_factory=Forgotten)

    @property
    def are_none(self) -> bool:
        """Whether no sound can be known, so that none need be compared."""
        return not self.heads and not self.forgotten.hashes

    def knows(self, content: str) -> bool:
        """Whether a file with these bytes need not be opened: it is known, or was forgotten."""
        return int(content[:_CONTENT_DIGITS], 16) in self.contents or self.forgotten.holds(content)

    def may_know(self, head: str) -> bool:
        """Whether a sound that begins so may be known or forgotten."""
        return int(head, 16) in self.heads or self.forgotten.holds_head(head)


@dataclass(frozen=True)
class Register:
    """Which recording known bytes and known sounds are.

    Attributes:
        ids: the recordings.
        by_bytes: by the hash of a file's bytes, where that is not the recording's id.
        by_sound: the recordings of a sound, by its hash; of several the one that lacks a file comes first.
        held: of the files of such several, the recording that each held, by URI.
    """

    ids: frozenset[str] = frozenset()
    by_bytes: Mapping[str, str] = field(default_factory=dict)
    by_sound: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)

    def clues(self, forgotten: Forgotten) -> Clues:
        """What workers need of it."""
        contents = frozenset(int(one[:_CONTENT_DIGITS], 16) for one in (*self.ids, *self.by_bytes))
        return Clues(contents, self._heads, forgotten)

    @cached_property
    def _heads(self) -> frozenset[int]:
        return frozenset(int(sound[:HEAD_DIGITS], 16) for sound in self.by_sound)

    def recognise(self, found: Iterable[Known]) -> list[Known]:
        """New files, each as the recording that it is."""
        return [self._recognise(one) for one in found]

    def _recognise(self, one: Known) -> Known:
        if one.recording_id is None or one.recording_id in self.ids:
            return one
        if (of_bytes := self.by_bytes.get(one.recording_id)) is not None:
            return replace(one, recording_id=of_bytes)
        alike = self.by_sound.get(one.sound or "")
        if not alike:
            return one
        before = self.held.get(one.source.files[0].uri)
        return replace(one, recording_id=before if before in alike else alike[0])


NOBODY = Register()
NO_CLUES = Clues()
