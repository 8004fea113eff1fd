"""The texts of a column as values of a type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from pipelines.console.numbers import counted

TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
}
_TRUTH = {
    **dict.fromkeys(("yes", "ja", "wahr", "oui", "vrai", "si", "sí", "verdadero"), "true"),
    **dict.fromkeys(("no", "nein", "falsch", "non", "faux", "falso"), "false"),
}
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?=$|[ T])")
"""A date with dots: wherever it is written so, the day comes first."""
_BY_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|0?,\d+|\d+,(?!\d{3}$)\d+|\d{4,},\d+)")
"""A number whose comma can only be the decimal mark, or whose points cannot."""
_BY_POINT = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|0?\.\d+|\d+\.(?!\d{3}$)\d+|\d{4,}\.\d+)")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Typed:
    """A column of values.

    Attributes:
        values: None where there is nothing, or nothing of that type.
        wrong: where the texts are that are none of that type, and what to do about each.
        notes: how the texts were taken, where they do not say it themselves.
    """

    values: list[Any]
    wrong: Mapping[int, str]
    notes: tuple[str, ...] = ()


def typed(texts: Sequence[str], kind: str) -> Typed:
    """The values of a column.

    Numbers and dates (2024-03-05) are read as Arrow reads them; a date with dots is day.month.year.  Commas are decimal
    marks where some number of the column cannot be read otherwise, and none must be read the other way.  A time of no
    zone is taken as UTC.

    Args:
        texts: without blanks at their ends; empty for nothing.
        kind: a key of :data:`TYPES`.
    """
    if kind == "text":
        return Typed([text or None for text in texts], {})
    notes: list[str] = []
    plain: Callable[[str], str] = str
    if kind == "float":
        plain = _decimal(texts)
        either = next((text for text in texts if _EITHER.fullmatch(text)), None)
        if either and plain is str:
            notes.append(f"{either[:20]} is taken as {float(either):g}, the point as the decimal mark")
    elif kind == "bool":
        plain = _truth
    elif kind in ("date", "datetime"):
        plain = _iso
        dotted = [text for text in texts if _DOTTED.match(text)]
        if dotted:
            notes.append(f"{dotted[0][:20]} is taken as day.month.year")
    values: list[Any] = []
    wrong: dict[int, str] = {}
    without_zone = 0
    for at, text in enumerate(texts):
        value = None
        if text:
            try:
                if kind == "datetime":
                    value = datetime.fromisoformat(plain(text))
                    without_zone += value.tzinfo is None
                    value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
                else:
                    value = pa.scalar(plain(text)).cast(TYPES[kind]).as_py()
            except (pa.ArrowException, ValueError, OverflowError):  # a day outside of Python's calendar
                value, wrong[at] = None, _what_to_do(text, kind)
        values.append(value)
    if without_zone:
        some = sum(bool(text) for text in texts)
        notes.append(f"{without_zone:,} of {counted(some, 'value')} name no zone: taken as UTC")
    return Typed(values, wrong, tuple(notes))


def told_of(columns: Mapping[str, Typed]) -> Iterator[str]:
    """A line for each column about which there is something to tell."""
    for name, column in columns.items():
        for note in column.notes:
            yield f"{name}: {note}"


def _decimal(texts: Sequence[str]) -> Callable[[str], str]:
    """What makes the numbers of a column Arrow's."""
    by_comma = any(_BY_COMMA.fullmatch(text) for text in texts)
    by_point = any(_BY_POINT.fullmatch(text) for text in texts)
    if by_comma and not by_point:
        return lambda text: text.replace(".", "").replace(",", ".") if _is_number(text) else text
    if by_point and not by_comma:
        return lambda text: text.replace(",", "") if _GROUPED.fullmatch(text) else text
    return str


def _is_number(text: str) -> bool:
    return _BY_COMMA.fullmatch(text) is not None or _GROUPED.fullmatch(text) is not None


def _truth(text: str) -> str:
    return _TRUTH.get(text.casefold(), text)


def _iso(text: str) -> str:
    return _DOTTED.sub(lambda date: f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}", text, count=1)


def _what_to_do(text: str, kind: str) -> str:
    if kind in ("int", "float") and _GROUPED.fullmatch(text):
        return ": write 1200 or 1.2, for the mark may mean either"
    if kind == "float" and "," in text and len(text) < 40:
        return ": other numbers of the column have points: write 3.5"
    if kind == "date" and ("/" in text or ":" in text):
        return ": write 2024-03-05"
    if kind == "datetime":
        return ": write 2024-03-05T13:30:00+01:00"
    return ""
