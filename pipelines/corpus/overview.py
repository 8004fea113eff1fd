"""What a corpus holds: its tables with their rows, and the columns of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.corpus.asked import Corpus
from pipelines.corpus.statements import left_out
from pipelines.corpus.view_columns import view_rows
from pipelines.corpus.views import VIEWS
from pipelines.files.parquet import count_rows
from schemas.catalog import TABLES, nearest
from schemas.dictionary import column_rows
from schemas.errors import UsageError
from schemas.inventory import OWN_COLUMN


def tables(corpus: Corpus) -> list[dict[str, Any]]:
    """A row for each table and view: name, rows (of views None: they would have to be computed), what one row is."""
    found: list[dict[str, Any]] = [
        {"table": name, "rows": count_rows(map(Path, files)), "one row is": TABLES[name].row}
        for name, files in corpus.files.items()
    ]
    views = [
        {"table": name, "rows": None, "one row is": view.row} for name, view in VIEWS.items() if name in corpus.columns
    ]
    return found + views


def columns(corpus: Corpus, table: str) -> list[dict[str, str]]:
    """A row for each column: its name, type, unit, range and meaning; the user's own metadata columns among them.

    Raises:
        UsageError: an unknown table, or one that was left out of this corpus.
    """
    if table not in corpus.columns:
        raise UsageError(left_out(table) or f"unknown table {table!r}{nearest(table, corpus.columns)}")
    if table in VIEWS:
        return view_rows(table, corpus.columns[table], _types(corpus, table))
    declared = column_rows(TABLES[table])
    known = {row["column"] for row in declared}
    types = _types(corpus, table)
    own = OWN_COLUMN.get(table, "")
    return declared + [
        {"column": name, "type": types[name].lower(), "unit": "", "values": "", "meaning": own}
        for name in corpus.columns[table]
        if name not in known
    ]


def _types(corpus: Corpus, table: str) -> dict[str, str]:
    return dict(corpus.sql(f'SELECT column_name, column_type FROM (DESCRIBE "{table}")').fetchall())
