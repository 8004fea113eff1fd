"""Times as recorders and programs write them, into ISO 8601 with as much of the zone as is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:[-:/._ ](?P<month>\d\d)(?:[-:/._ ](?P<day>\d\d)"
    r"(?:[T ]+(?P<hour>\d\d)[-:._ ](?P<minute>\d\d)(?:[-:._ ](?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?"
)
_EMPTY = frozenset(("1904-01-01", "1970-01-01", "1601-01-01"))
"""Where clocks begin: what a recorder writes that does not know the time."""
_YEARS = range(1877, 2200)
"""From the first recording on."""


@dataclass(frozen=True)
class Moment:
    """A time as text of ISO 8601, as exact as it was written: a year, a day, or a second with or without a zone."""

    text: str


def moment(written: str, zone: str = "") -> Moment | None:
    """What a text says of when; None where it says nothing that can be.

    Args:
        zone: the zone of times that name none, as ``Z``; unknown where it is empty.
    """
    found = _WRITTEN.fullmatch(written.strip()[:60])
    if found is None or int(found["year"]) not in _YEARS:
        return None
    parts = [found[name] for name in ("year", "month", "day", "hour", "minute", "second")]
    numbers = [int(part) for part in parts if part is not None]
    try:
        known = datetime(*(*numbers, *(1, 1)[len(numbers) - 1 :])) if len(numbers) < 3 else datetime(*numbers)  # type: ignore[arg-type]
    except ValueError:
        return None
    if known.strftime("%Y-%m-%d") in _EMPTY:
        return None
    if len(numbers) < 4:
        return Moment("-".join(part for part in parts[:3] if part is not None))
    said = found["zone"] or zone
    return Moment(known.isoformat(timespec="seconds") + _offset(said))


def _offset(said: str) -> str:
    if said in ("Z", "UTC", "GMT"):
        return "Z"
    if not said:
        return ""
    digits = said[1:].replace(":", "").ljust(4, "0")
    return f"{said[0]}{digits[:2]}:{digits[2:]}"


def in_seconds(text: str) -> float | None:
    """Seconds since 1970 of a time down to the second, one without a zone as if it were UTC; None of other texts."""
    try:
        known = datetime.fromisoformat(text)
    except ValueError:
        return None
    if "T" not in text:
        return None
    return (known if known.tzinfo else known.replace(tzinfo=UTC)).timestamp()
