"""Where a word stands in bytes."""

from __future__ import annotations

from collections.abc import Iterator


def places_of(word: bytes, block: bytes) -> Iterator[int]:
    """Each place at which ``word`` begins in ``block``, rising."""
    at = block.find(word)
    while at >= 0:
        yield at
        at = block.find(word, at + 1)
