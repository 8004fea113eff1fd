"""Tombstones: what was forgotten, as hashes only, so that it is neither known nor taken up again."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Forgotten:
    """Salted hashes of URIs and recording ids: who has a file can ask for it, nobody can read it out."""

    salt: str = ""
    hashes: frozenset[str] = frozenset()

    def holds(self, text: str) -> bool:
        """Whether a URI or a recording id was forgotten."""
        return bool(self.hashes) and self._hash(text) in self.hashes

    def also(self, texts: Iterable[str]) -> Forgotten:
        """With these."""
        salted = self if self.salt else Forgotten(secrets.token_hex(16))
        return Forgotten(salted.salt, self.hashes | {salted._hash(text) for text in texts})

    def to_json(self) -> str:
        """What stands in the file."""
        return json.dumps({"salt": self.salt, "hashes": sorted(self.hashes)}, indent=1)

    def _hash(self, text: str) -> str:
        return hashlib.sha256(f"{self.salt}{text}".encode("utf-8", "surrogateescape")).hexdigest()
