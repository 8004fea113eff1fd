"""Tables of Markdown hold whatever stands in their cells."""

from __future__ import annotations

from schemas.markdown import code, grid


def test_a_bar_ends_no_cell() -> None:
    assert list(grid(("a", "b"), [("x|y", "z"), ("", "|")])) == [
        "| a | b |",
        "| --- | --- |",
        r"| x\|y | z |",
        r"|  | \| |",
    ]


def test_names_are_code() -> None:
    assert code(("start_ms", "end_ms")) == "`start_ms`, `end_ms`"
    assert code(()) == ""
