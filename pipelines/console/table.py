"""A table of text on lines: the one way in which commands print columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.console import Console
from rich.text import Text

WIDTH = 100
"""Letters of a line that is piped, where a table is to be parted; a terminal has its own."""
GAP = 2
"""Spaces between columns."""


def print_line(console: Console, text: str | Text, style: str = "") -> None:
    """One line, cut to the width of a terminal; a pipe has it whole."""
    line = Text(text, style=style) if isinstance(text, str) else text
    if console.is_terminal:
        line.truncate(console.width, overflow="ellipsis")
    console.print(line)


def print_table(
    console: Console,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[int] = (),
    repeated: int | None = None,
) -> None:
    """Print headings and rows, padded to columns.

    Args:
        rows: cells of one line of text each, as many as there are headings.
        right: the columns that stand at the right, as numbers do, counted from 0.
        repeated: where a table is too wide, it goes on in further tables, which all begin with so many columns; None:
            its lines are cut, to the width of a terminal.
    """
    lines = [headings, *rows]
    widths = _widths(lines)
    parts = [range(len(headings))] if repeated is None else _parts(widths, repeated, _width_of(console))
    for part in parts:
        for number, line in enumerate(aligned([[row[i] for i in part] for row in lines], [i in right for i in part])):
            print_line(console, line, style="bold" if number == 0 else "")


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Rows as lines of text, padded to columns.

    Args:
        right: of each column, whether its cells stand at the right.
    """
    columns = list(zip(_widths(rows), right, strict=True))
    return [
        (" " * GAP)
        .join(cell.rjust(n) if is_right else cell.ljust(n) for cell, (n, is_right) in zip(row, columns, strict=True))
        .rstrip()
        for row in rows
    ]


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _width_of(console: Console) -> int:
    return console.width if console.is_terminal else WIDTH


def _parts(widths: Sequence[int], repeated: int, width: int) -> list[list[int]]:
    """The columns of each part: the repeated ones, and of the others what has room beside them, one at least."""
    common = list(range(repeated))
    used = sum(widths[i] + GAP for i in common)
    parts: list[list[int]] = [[]]
    room = width - used + GAP
    for i in range(repeated, len(widths)):
        if parts[-1] and widths[i] + GAP > room:
            parts.append([])
            room = width - used + GAP
        parts[-1].append(i)
        room -= widths[i] + GAP
    return [[*common, *part] for part in parts]
