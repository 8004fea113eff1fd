"""A list of answers: for people, for spreadsheets, for programs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from pipelines.console.table import print_table
from pipelines.console.terminal import send
from pipelines.files.cells import Spreadsheet
from pipelines.files.plain_json import json_of
from pipelines.files.printable import printable
from schemas.errors import UsageError

FORMATS = ("table", "csv", "json")
MOST, FIRST = 8, 3
"""Of a longer list than MOST a table shows FIRST values."""


def check_format(name: str, known: Sequence[str] = FORMATS) -> None:
    """Refuse the name of a format that is not known.

    Raises:
        UsageError: an unknown format.
    """
    if name not in known:
        raise UsageError(f"--format {name}: choose from {', '.join(known)}")


def show_rows(
    console: Console,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    format: str,
    headings: Sequence[str] | None = None,
) -> None:
    """Print rows: all their columns as ``csv`` (with a header) or ``json`` (a list), or some as a table.

    Args:
        columns: those of the table, and of a CSV file that has no rows.
        headings: of a table's columns, where they are not their names.
        format: one of FORMATS; a table's lines are cut to the width of a terminal, a pipe has them whole.
    """
    if format == "json":
        send(console, json_of([dict(row) for row in rows], indent=1) + "\n")
    elif format == "csv":
        text = io.StringIO()
        sheet = Spreadsheet(text)
        names = list(rows[0]) if rows else list(columns)
        sheet.row(names)
        for row in rows:
            sheet.row([row[name] for name in names])
        send(console, text.getvalue())
    else:
        print_table(console, headings or columns, [[_shown(row[name]) for name in columns] for row in rows])


def _shown(value: Any) -> str:
    """On one line: of what is long, a table shows what it is and where it begins."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, list):
        shown = [_shown(one) for one in value[:MOST]]
        return f"[{', '.join(shown if len(value) <= MOST else [*shown[:FIRST], f'... {len(value):,} in all'])}]"
    if isinstance(value, tuple):  # of a map
        return "=".join(map(_shown, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={_shown(one)}" for key, one in value.items())
    return printable(" ".join(str(value).split()))
