"""Durations, and times within a recording, as a person writes them."""

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


def milliseconds_at(time: str) -> int:
    """Where in a recording 3:00, 1:02:03.5 or 180 (seconds) is, in milliseconds.

    Raises:
        UsageError: it is no such time.
    """
    found = re.fullmatch(r"(?:(?:(\d+):)?([0-5]?\d):(?=\d\d))?(\d+)(\.\d+)?", time.strip(), re.ASCII)
    if not found or (found[2] and int(found[3]) > 59):
        raise UsageError(f"{shown(time)} is no time in a recording such as 3:00, 1:02:03.5 or 180 (seconds)")
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    return 1000 * (3600 * hours + 60 * minutes + seconds) + round(1000 * float(found[4] or 0))
