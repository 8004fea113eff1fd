"""The answer to a question, as a table for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from rich.console import Console

from pipelines.console.rows import show_rows
from pipelines.corpus.output import Show

SHOWN = 1_000
"""Rows: nobody reads more, and the other formats have all."""


def showing(console: Console) -> Show:
    """What prints the columns and first rows of an answer, as :func:`pipelines.corpus.output.answer` calls it."""
    return partial(_show, console)


def _show(console: Console, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    first = list(islice(rows, SHOWN + 1))
    keys = [f"{at} {name}" for at, name in enumerate(columns)]  # two columns may bear one name
    shown = [dict(zip(keys, row, strict=True)) for row in first[:SHOWN]]
    show_rows(console, shown, keys, "table", headings=columns)
    if len(first) > SHOWN:
        console.print(f"the first {SHOWN:,} rows; --format csv, json or parquet has all of them", style="dim")
