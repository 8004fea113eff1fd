"""Whether rows fit to each other: keys, references and stretches, as questions in SQL.

Great Expectations sees one chunk of one table; these questions go over whole tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.audit.expectations import ROUNDING_MS, declared_columns
from pipelines.sql import quoted
from schemas.table import Reference, Table


@dataclass(frozen=True)
class Question:
    """What has to hold of a table, and the query that finds where it does not.

    Attributes:
        expectation: what has to hold, in words.
        columns: the columns that it is about.
        faults: SQL of one row for each fault, with ``whose`` for the recording whose row it is, null where the table
            has no such column, and a text ``found`` that shows it.
    """

    table: str
    expectation: str
    columns: tuple[str, ...]
    faults: str


def questions(table: Table, tables: Mapping[str, Table]) -> Iterator[Question]:
    """What is asked of ``table`` among ``tables``, whose views bear their names.

    A reference to a table that is not among them cannot be asked about, and is not.
    """
    if table.key:
        yield _unique(table)
    for reference in table.references:
        if reference.to in tables:
            yield _stands_in(table, reference)
            yield from _fits_in(table, reference.columns, tables[reference.to])
    if table.name == "recordings" and "files" in tables:
        yield _stands_in(table, Reference(("recording_id",), "files"))


def _unique(table: Table) -> Question:
    names = ", ".join(map(quoted, table.key))
    return Question(
        table.name,
        f"{', '.join(table.key)} {'is' if len(table.key) == 1 else 'are'} unique",
        table.key,
        f"SELECT {_whose(table)}, concat_ws('/', {names}) AS found FROM {quoted(table.name)} AS mine "
        f"WHERE ({names}) IN (SELECT ({names}) FROM {quoted(table.name)} GROUP BY {names} HAVING count(*) > 1)",
    )


def _whose(table: Table) -> str:
    return f"{'mine.recording_id' if 'recording_id' in table.schema.names else 'NULL'} AS whose"


def _stands_in(table: Table, reference: Reference) -> Question:
    """Every row names a row of the other table; one that names none, by nulls, is no fault here."""
    names = [quoted(column) for column in reference.columns]
    known = " AND ".join(f"mine.{column} IS NOT NULL" for column in names)
    return Question(
        table.name,
        f"{', '.join(reference.columns)} stands in {reference.to}",
        reference.columns,
        f"SELECT {_whose(table)}, concat_ws('/', {', '.join(f'mine.{column}' for column in names)}) AS found "
        f"FROM {quoted(table.name)} AS mine ANTI JOIN {quoted(reference.to)} AS other USING ({', '.join(names)}) "
        f"WHERE {known}",
    )


def _fits_in(table: Table, columns: tuple[str, ...], other: Table) -> Iterator[Question]:
    """A row lies in the recording, on the channel and inside the stretch of the row that it names."""
    mine, theirs = set(declared_columns(table).names), set(declared_columns(other).names)
    both = (
        f"FROM {quoted(table.name)} AS mine JOIN {quoted(other.name)} AS other "
        f"USING ({', '.join(map(quoted, columns))}) WHERE"
    )
    shared = [name for name in ("recording_id", "channel") if name in mine & theirs and name not in columns]
    if shared:
        differs = " OR ".join(f"mine.{name} <> other.{name}" for name in shared)
        yield Question(
            table.name,
            f"{' and '.join(shared)} {'are those' if len(shared) > 1 else 'is that'} of its row in {other.name}",
            tuple(shared),
            f"SELECT {_whose(table)}, concat_ws('/', mine.recording_id, mine.channel) AS found {both} {differs}",
        )
    if not {"start_ms", "end_ms"} <= mine:
        return
    found = f"SELECT {_whose(table)}, mine.start_ms || ' to ' || mine.end_ms || ' ms' AS found"
    if {"start_ms", "end_ms"} <= theirs:
        yield Question(
            table.name,
            f"start_ms to end_ms lies inside its row in {other.name}",
            ("start_ms", "end_ms"),
            f"{found} {both} mine.start_ms < other.start_ms - {ROUNDING_MS} "
            f"OR mine.end_ms > other.end_ms + {ROUNDING_MS}",
        )
    if "duration_ms" in theirs:
        yield Question(
            table.name,
            f"end_ms is within the duration of its row in {other.name}",
            ("end_ms",),
            f"{found} {both} mine.end_ms > other.duration_ms + {ROUNDING_MS}",
        )
