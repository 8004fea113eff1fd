"""Columns on lines: aligned, cut on a terminal, parted where they are too many."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from rich.console import Console

from pipelines.console.table import WIDTH, print_line, print_table


def printed(headings: list[str], rows: list[list[str]], *, terminal: int = 0, **how: Any) -> list[str]:
    file = StringIO()
    console = Console(file=file, soft_wrap=True, force_terminal=bool(terminal), width=terminal or None)
    print_table(console, headings, rows, **how)
    return re.sub(r"\x1b\[\d*m", "", file.getvalue()).splitlines()


def test_words_stand_left_and_numbers_right() -> None:
    assert printed(["table", "rows"], [["files", "3"], ["a", "1,000"]], right={1}) == [
        "table   rows",
        "files      3",
        "a      1,000",
    ]


def test_without_rows_the_headings_are_there() -> None:
    assert printed(["table", "rows"], []) == ["table  rows"]


def test_a_terminal_cuts_lines_and_a_pipe_has_them_whole() -> None:
    long = "x" * 2 * WIDTH
    assert printed(["a"], [[long]])[1] == long
    assert printed(["a"], [[long]], terminal=20)[1] == "x" * 19 + "…"


def test_a_wide_table_goes_on_in_further_ones() -> None:
    columns = [f"class {i}" for i in range(5)]
    lines = printed(["group", *columns], [["north", *"01234"], ["south", *"56789"]], terminal=26, repeated=1)
    assert lines == [
        "group  class 0  class 1",
        "north  0        1",
        "south  5        6",
        "group  class 2  class 3",
        "north  2        3",
        "south  7        8",
        "group  class 4",
        "north  4",
        "south  9",
    ]


def test_one_column_is_printed_however_narrow_the_terminal() -> None:
    assert len(printed(["group", "a", "b"], [["n", "1", "2"]], terminal=2, repeated=1)) == 4


def test_what_looks_like_markup_stays() -> None:
    file = StringIO()
    print_line(Console(file=file), "[red]")
    assert file.getvalue() == "[red]\n"
