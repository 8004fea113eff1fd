"""Tables of figures: on the terminal, and as Markdown with the machine that they were measured on."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from benchmarks.machine import Machine
from benchmarks.measure import Spread

WIDTH = 160

Cell = str | float | Spread | None
"""None where something could not be measured; a note says why."""

HOW = (
    "Written by `python -m benchmarks`; [benchmarks/README.md](../benchmarks/README.md) says what each table is. "
    "Contenders ran in turn (A B A B ...) in one process. A figure is the median of the rounds, in brackets the "
    "lowest and the highest; a ratio is taken within each round. x is audio seconds a second of wall time."
)


@dataclass(frozen=True)
class Table:
    """A table of figures.

    Attributes:
        title: what was compared.
        columns: names, with their units.
        rows: a cell for each column.
        notes: what has to be known to read it.
        measured: the figures of it that there are goals for, by the names of :data:`benchmarks.goals.GOALS`.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    measured: Mapping[str, Spread] = field(default_factory=dict)


def wide_console() -> Console:
    """Standard output; where it is no terminal, wide enough for every table."""
    return Console(width=None if sys.stdout.isatty() else WIDTH)


def show(console: Console, table: Table) -> None:
    """Print it."""
    grid = Grid(title=table.title, title_justify="left")
    for name in table.columns:
        grid.add_column(name, overflow="fold")
    for row in table.rows:
        grid.add_row(*(text(cell) for cell in row))
    console.print(grid, markup=False, highlight=False)
    for note in table.notes:
        console.print(f"  {note}", markup=False, highlight=False, soft_wrap=True)


def write(path: Path, tables: Sequence[Table], machine: Machine, command: str, before: str | None = None) -> None:
    """Write the tables as Markdown, behind ``before``, an earlier report."""
    measured = [f"## Measured {datetime.now(UTC):%Y-%m-%d}", "", *(f"- {line}" for line in machine.lines())]
    measured += [f"- `{command}`", ""]
    for table in tables:
        measured += [*markdown(table), ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"# Benchmarks\n\n{HOW}" if before is None else before.rstrip()
    path.write_text(head + "\n\n" + "\n".join(measured).rstrip() + "\n", encoding="utf-8")


def earlier(path: Path | None, *, append: bool) -> str | None:
    """The report that a new one is to stand behind."""
    return path.read_text(encoding="utf-8") if append and path is not None and path.exists() else None


def markdown(table: Table) -> list[str]:
    """The lines of a table under its heading."""
    lines = [f"### {table.title}", "", _line(table.columns), _line(["---"] * len(table.columns))]
    lines += [_line([text(cell) for cell in row]) for row in table.rows]
    if table.notes:
        lines += ["", *(f"- {note}" for note in table.notes)]
    return lines


def text(cell: Cell) -> str:
    """Three digits: the rest is noise."""
    match cell:
        case None:
            return "-"
        case str():
            return cell
        case Spread():
            middle, low, high = (text(value) for value in (cell.median, cell.low, cell.high))
            return middle if low == high else f"{middle} ({low} to {high})"
        case _:
            return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
