"""What a corpus shows of itself where it stands alone: in a cell of a notebook, and in a terminal.

Everything is read from the ends of Parquet files but the durations, so that it costs little and needs no open
connection.  It names the folder, not the way to it: notebooks are passed on, and a path may tell who somebody is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pyarrow.compute as pc

from pipelines.console.numbers import counted, hours_in_words
from pipelines.console.table import aligned
from pipelines.corpus.views import VIEWS
from pipelines.files.parquet import count_rows, read_table
from pipelines.files.printable import printable
from schemas.catalog import TABLES
from schemas.errors import Error
from schemas.layout import SNAPSHOTS

MOST_NAMES, LONGEST_NAME = 12, 40
"""Of the user's own columns, which may be hundreds, and of their names."""


@dataclass(frozen=True)
class Contents:
    """What a snapshot holds, or why that cannot be said.

    Attributes:
        name: of the folder of the corpus.
        size: recordings and their length, in words; or the error that reading them raised.
        tables: name, rows, what one row is.
        views: the views over these tables.
        own: the user's metadata columns.
    """

    name: str
    size: str
    tables: Sequence[tuple[str, int, str]] = ()
    views: Sequence[str] = ()
    own: Sequence[str] = ()


class Shown:
    """Shows what it holds where a notebook or a terminal shows it."""

    snapshot: Path
    files: Mapping[str, Sequence[str]]
    columns: Mapping[str, Sequence[str]]
    own: Sequence[str]

    def __repr__(self) -> str:
        return as_text(contents(self.snapshot, self.files, self.columns, self.own))

    def _repr_html_(self) -> str:
        return as_html(contents(self.snapshot, self.files, self.columns, self.own))


def contents(
    snapshot: Path, files: Mapping[str, Sequence[str]], columns: Mapping[str, Sequence[str]], own: Sequence[str]
) -> Contents:
    """Read what there is to show; an error is shown, not raised: whoever looks at a corpus has asked nothing yet.

    Args:
        files: the Parquet files of each table.
        columns: of each table and view.
        own: the user's metadata columns.
    """
    folder = snapshot.parent.parent if snapshot.parent.name == SNAPSHOTS else snapshot.parent
    name = _short(folder.name)
    if not snapshot.is_dir():
        return Contents(name, "this state of it is gone, newer ones took its place: open the corpus again")
    try:
        rows = {table: count_rows(map(Path, paths)) for table, paths in files.items()}
        durations = [read_table(Path(path), ["duration_ms"])["duration_ms"] for path in files["recordings"]]
    except Error as error:
        return Contents(name, printable(str(error)))
    length = hours_in_words(sum(pc.sum(part).as_py() or 0 for part in durations) / 3.6e6)
    size = f"{counted(rows['recordings'], 'recording')}, {length} of audio"
    tables = [(table, n, TABLES[table].row) for table, n in rows.items()]
    return Contents(name, size, tables, [view for view in VIEWS if view in columns], [_short(name) for name in own])


def as_text(shown: Contents) -> str:
    """For a terminal; lines of a table in columns."""
    rows = [("table", "rows", "one row is"), *((name, f"{n:,}", row) for name, n, row in shown.tables)]
    lines = aligned(rows, (False, True, False)) if shown.tables else []
    return "\n".join([f"Corpus {shown.name}: {shown.size}", *lines, *_notes(shown)])


def as_html(shown: Contents) -> str:
    """For a notebook, in its own colours: light and dark.  All styles stand in the elements, for what shows notebooks
    elsewhere drops others."""
    cell = "padding: 0.3em 0.8em 0.3em 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35)"
    left, right = f'style="text-align: left; {cell}"', f'style="text-align: right; {cell}"'
    rows = "".join(
        f"<tr><td {left}>{escape(name)}</td><td {right}>{n:,}</td><td {left}>{escape(row)}</td></tr>"
        for name, n, row in shown.tables
    )
    head = f"<tr><th {left}>table</th><th {right}>rows</th><th {left}>one row is</th></tr>"
    table = (
        f'<table style="border-collapse: collapse; margin: 0.3em 0"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    )
    notes = "".join(f'<div style="opacity: 0.75">{escape(note)}</div>' for note in _notes(shown))
    return (
        f"<div><div><b>Corpus {escape(shown.name)}</b>: {escape(shown.size)}</div>{table if rows else ''}{notes}</div>"
    )


def _notes(shown: Contents) -> list[str]:
    """What stands below the table."""
    notes = []
    if shown.views:
        notes.append(f"views: {', '.join(shown.views)}")
    if shown.own:
        more = len(shown.own) - MOST_NAMES
        named = [*shown.own[:MOST_NAMES], *([f"and {more:,} more"] if more > 0 else [])]
        notes.append(f"your columns in recordings: {', '.join(named)}")
    return notes


def _short(name: str) -> str:
    name = printable(name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."
