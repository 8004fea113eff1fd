"""A table as it is handed on: one file, whose columns are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.table import Reference


@dataclass(frozen=True)
class Column:
    """What stands in a column, in words.

    Attributes:
        name: as the corpus has it; ``words.word`` is a part of a list's elements.
        type, unit, values, meaning: as the table dictionary words them; empty where there is nothing to say.
        oneof: the closed list of values, where there is one.
    """

    name: str
    type: str
    unit: str
    values: str
    meaning: str
    oneof: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A file that is to be written.

    Attributes:
        name: of the file, without its ending.
        row: what one row is, in words.
        key: the columns that name one row; empty where rows may repeat.
        points_into: other tables that say more.
        select: the SQL that finds the rows.
        columns: in order; those of a list's elements behind it.
    """

    name: str
    row: str
    key: tuple[str, ...]
    points_into: tuple[Reference, ...]
    select: str
    columns: tuple[Column, ...]

    @property
    def told(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}


@dataclass
class Account:
    """What a writer made of a sheet.

    Attributes:
        rows: how many were written.
        renamed: the columns that the format had to call otherwise, with their names in the file.
        changed: what the format could not hold as it is, a line each.
    """

    rows: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Written:
    """A file that was written, with its size in bytes."""

    sheet: Sheet
    path: Path
    bytes: int
    account: Account
