"""Numbers with their nouns."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """``1 file``, ``1,200 files``; ``many`` where it is not the noun with an s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def hours_in_words(n: float) -> str:
    """``10.1 minutes``, ``3.2 hours``, ``1,200 hours`` of a number of hours."""
    if n < 1:
        return f"{60 * n:.1f} minutes"
    return f"{n:,.1f} hours" if n < 100 else f"{n:,.0f} hours"
