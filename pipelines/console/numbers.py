"""Numbers with their nouns."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """``1 file``, ``1,200 files``; ``many`` where it is not the noun with an s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
