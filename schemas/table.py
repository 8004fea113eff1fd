"""How a table is declared: pyarrow fields that carry doc, unit, range and rules in their metadata.

The one declaration makes the writer's schema, the Great Expectations suite and the table
dictionary of the docs, so that they cannot come apart.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from schemas.jobs import JOBS, Stream

_RULES = b"earwitness"


def column(
    name: str,
    type: pa.DataType,
    doc: str,
    *,
    unit: str | None = None,
    low: float | None = None,
    high: float | None = None,
    oneof: Sequence[str] | None = None,
    regex: str | None = None,
    length: int | None = None,
    norm: float | None = None,
    repeats: bool = False,
    nullable: bool = False,
) -> pa.Field:
    """One column: its type, what it means and what may stand in it.

    Args:
        low, high: inclusive bounds of the values, of list columns: of each element.
        oneof: the closed set of values.
        regex: what a text has to match from its start.
        length: the length of a list.
        norm: the Euclidean norm of a vector (held to within 0.01 by the audit).
        repeats: the same texts stand in many rows: they are dictionary encoded in the file, and plain text to readers.
    """
    rules = {
        "doc": doc,
        "unit": unit,
        "low": low,
        "high": high,
        "regex": regex,
        "oneof": list(oneof) if oneof is not None else None,
        "length": length,
        "norm": norm,
        "repeats": repeats or None,
    }
    kept = json.dumps({k: v for k, v in rules.items() if v is not None}, sort_keys=True)
    return pa.field(name, type, nullable=nullable, metadata={_RULES: kept.encode()})


def rules_of(column: pa.Field) -> dict[str, Any]:
    """The rules of a column as :func:`column` was given them; empty for a foreign field."""
    kept = (column.metadata or {}).get(_RULES)
    return json.loads(kept) if kept else {}


def is_list(type: pa.DataType) -> bool:
    """Whether a column of this type holds several elements in a row, as many in each or not."""
    return pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type)


@dataclass(frozen=True)
class Reference:
    """Every row's ``columns`` must stand in ``columns`` of the table ``to``."""

    columns: tuple[str, ...]
    to: str


@dataclass(frozen=True)
class Table:
    """A table of the corpus.

    Attributes:
        row: what one row is, in words.
        key: the columns that name one row; unique in the table.
        references: the tables that its rows point into.
        made_by: the job whose model shapes the rows; None where no model does.
        hears: what its rows are made of; of a job's table what the job hears; None for the inventory, and for what a
            command makes of other tables.
        shaped_by: the settings (keys of the configuration) that its rows depend on, besides those that shape the
            tables that it needs; another value of one makes its rows anew.
        needs: tables that have to be made for this one to be whole.
        command: the command that makes it out of the tables that it needs; None for what a run makes of audio.
        version: raised when the same recording would get other rows than before: they are then made anew.
            A new column that may be null needs no new version: old rows have none there.
        stage: what ``errors.stage`` says of rows that fail; the name of the table where it is None.
    """

    name: str
    row: str
    schema: pa.Schema
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    made_by: str | None = None
    hears: Stream | None = None
    shaped_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    asked_for_by_name: bool = field(default=False)
    command: str | None = None
    version: int = 1
    stage: str | None = None

    def __post_init__(self) -> None:
        if self.made_by is None:
            return
        if self.made_by not in JOBS:
            raise ValueError(f"the table {self.name} is made by the job {self.made_by}: declare it in schemas/jobs.py")
        object.__setattr__(self, "hears", JOBS[self.made_by].hears)

    def __getstate__(self) -> dict[str, Any]:
        # pyarrow's own pickle forgets that the values of a fixed-size list are never null.
        return {**self.__dict__, "schema": self.schema.serialize().to_pybytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        schema = pa.ipc.read_schema(pa.py_buffer(state["schema"]))
        self.__dict__.update({**state, "schema": schema})

    def with_vector(self, name: str, dimension: int) -> Table:
        """The table with the list column ``name`` fixed to ``dimension`` values a row."""
        at = self.schema.get_field_index(name)
        old = self.schema.field(at)
        sized = old.with_type(pa.list_(old.type.value_field, dimension))
        return replace(self, schema=self.schema.set(at, sized))

    def with_columns(self, columns: Sequence[pa.Field]) -> Table:
        """The table with the user's own columns behind its own.

        Raises:
            ValueError: a column is there already.
        """
        schema = self.schema
        for new in columns:
            if new.name.lower() in (name.lower() for name in schema.names):
                raise ValueError(f"the column {new.name!r} of the metadata stands in {self.name!r} already: rename it")
            schema = schema.append(new)
        return replace(self, schema=schema)
