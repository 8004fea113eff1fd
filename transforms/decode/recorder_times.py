"""Times as recorders and programs write them, into ISO 8601 with as much of the zone as is known."""

from __future__ import annotations

import re
from datetime import datetime

_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:[-:/._ ](?P<month>\d\d)(?:[-:/._ ](?P<day>\d\d)"
    r"(?:[T ]+(?P<hour>\d\d)[-:._ ](?P<minute>\d\d)(?:[-:._ ](?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?"
)
_EMPTY = frozenset(("1904-01-01", "1970-01-01", "1601-01-01"))
"""Where clocks begin: what a recorder writes that does not know the time."""
_LEAST = (1, 1, 1, 0, 0, 0)
"""What stands for the parts of a time that are not written."""
_YEARS = range(1877, 2200)
"""From the first recording on."""


def moment(written: str, zone: str = "") -> str | None:
    """When, as text of ISO 8601: a year, a day, or a second with or without a zone, as exact as it was written.

    None where a text says nothing that can be.

    Args:
        zone: the zone of times that name none, as ``Z``; unknown where it is empty.
    """
    found = _WRITTEN.fullmatch(written.strip()[:60])
    if found is None or int(found["year"]) not in _YEARS:
        return None
    parts = [found[name] for name in ("year", "month", "day", "hour", "minute", "second")]
    numbers = [int(part) for part in parts if part is not None]
    try:
        year, month, day, hour, minute, second = [*numbers, *_LEAST[len(numbers) :]]
        known = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    if known.strftime("%Y-%m-%d") in _EMPTY:
        return None
    if len(numbers) < 4:
        return "-".join(part for part in parts[:3] if part is not None)
    said = found["zone"] or zone
    return known.isoformat(timespec="seconds") + _offset(said)


def _offset(said: str) -> str:
    if said in ("Z", "UTC", "GMT"):
        return "Z"
    if not said:
        return ""
    digits = said[1:].replace(":", "").ljust(4, "0")
    return f"{said[0]}{digits[:2]}:{digits[2:]}"
