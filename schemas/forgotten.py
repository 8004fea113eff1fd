"""Tombstones: what was forgotten, as hashes only, so that it is neither known nor taken up again."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

HEAD_DIGITS = 8
"""Of a ``sound_hash``: how the sound begins."""

Stretch = tuple[int, int]
"""A passage of a recording: its first millisecond, and the one behind its last."""


@dataclass(frozen=True)
class Forgotten:
    """Salted hashes of URIs, recording ids, bytes and sounds: who has a file can ask for it, nobody can read it out.

    Attributes:
        passages: by the salted hash of a recording id or a sound, the passages whose rows are left out, sorted; no two
            touch.
    """

    salt: str = ""
    hashes: frozenset[str] = frozenset()
    passages: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)

    def holds(self, text: str) -> bool:
        """Whether a URI or a recording id was forgotten."""
        return bool(self.hashes) and self._hash(text) in self.hashes

    def holds_sound(self, sound: str | None) -> bool:
        """Whether a sound was forgotten, whatever file it comes in."""
        return sound is not None and self.holds(_of_sound(sound))

    def holds_head(self, head: str) -> bool:
        """Whether a sound that begins so was forgotten."""
        return self.holds(f"head {head}")

    def passages_of(self, recording_id: str, sound: str | None = None) -> tuple[Stretch, ...]:
        """The passages of a recording that were forgotten, by its id or its sound; most have none."""
        if not self.passages:
            return ()
        names = [recording_id] if sound is None else [recording_id, _of_sound(sound)]
        return _joined(one for name in names for one in self.passages.get(self._hash(name), ()))

    def also(self, texts: Iterable[str]) -> Forgotten:
        """With these."""
        salted = self._salted()
        return replace(salted, hashes=self.hashes | {salted._hash(text) for text in texts})

    def also_sounds(self, sounds: Iterable[str]) -> Forgotten:
        """With these sounds, by their ``sound_hash``."""
        return self.also(text for sound in sounds for text in (_of_sound(sound), f"head {sound[:HEAD_DIGITS]}"))

    def also_passage(self, recordings: Iterable[str], stretch: Stretch, sounds: Iterable[str] = ()) -> Forgotten:
        """With a passage; one that overlaps or touches another is one with it.

        Args:
            recordings: the ids of what it is a passage of: several, where files of one sound came in at once.
            sounds: their ``sound_hash``, as far as it was taken: under other tags it comes back under another id.
        """
        salted = self._salted()
        keys = [salted._hash(name) for name in (*recordings, *map(_of_sound, sounds))]
        also = {key: _joined((*self.passages.get(key, ()), stretch)) for key in keys}
        return replace(salted, passages={**self.passages, **also})

    def to_json(self) -> str:
        """What stands in the file."""
        kept: dict[str, object] = {"salt": self.salt, "hashes": sorted(self.hashes)}
        if self.passages:
            kept["passages"] = {key: self.passages[key] for key in sorted(self.passages)}
        return json.dumps(kept, indent=1)

    def _salted(self) -> Forgotten:
        return self if self.salt else replace(self, salt=secrets.token_hex(16))

    def _hash(self, text: str) -> str:
        return hashlib.sha256(f"{self.salt}{text}".encode("utf-8", "surrogateescape")).hexdigest()


NOTHING = Forgotten()


def _of_sound(sound: str) -> str:
    return f"sound {sound}"


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Sorted, and those that overlap or touch as one."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)
