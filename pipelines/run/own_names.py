"""What the user's own columns are called where one of ours has the name already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from schemas.catalog import TABLES

BEFORE = "own_"
CARRIED_BY = ("recordings", "files")
"""The tables in which the user's columns stand behind ours."""


def own_names(asked: Iterable[str]) -> dict[str, str]:
    """The name that each column gets: its own, or one with :data:`BEFORE` in front, as often as it takes.

    Capitals do not tell columns apart: to SQL they are the same.
    """
    names = list(asked)
    ours = {name.lower() for table in CARRIED_BY for name in TABLES[table].schema.names}
    taken = ours | {name.lower() for name in names}
    given: dict[str, str] = {}
    for name in names:
        new = name
        while new.lower() in (taken if new != name else ours):
            new = BEFORE + new
        taken.add(new.lower())
        given[name] = new
    return given


def told_of(names: Mapping[str, str]) -> Iterator[str]:
    """A line about columns that are called otherwise than in the file; none where none is."""
    other = [f"{old} is {new}" for old, new in names.items() if old != new]
    if other:
        yield f"columns of the metadata whose names the tables have already: {', '.join(other)}"
