"""Durations as a person writes them."""

from __future__ import annotations

import re

from schemas.errors import UsageError
from schemas.shown import shown


def seconds_of(duration: str) -> float:
    """Seconds that a duration such as 8h, 90m or 30s stands for.

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([hms])", duration.strip())
    if not found:
        raise UsageError(f"stop_after: {shown(duration)} is no time such as 8h, 90m or 30s")
    return float(found[1]) * {"h": 3600, "m": 60, "s": 1}[found[2]]
