"""Which separator it is, and whether quotation marks are text."""

from __future__ import annotations

import pytest

from pipelines.files.csv_file import cut, separator_of
from schemas.errors import UsageError


def nothing_fits(header: object) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a,b\n1,2\n", ","),
        ("sep=;\na,b;c\n1,2;3\n", ";"),
        ("sep=#\r\na#c\r\n1#3\r\n", "#"),
        ("a;note\n1;one, two\n2;three\n", ";"),
        ("a\n1\n", ","),
        ("", ","),
    ],
)
def test_the_separator_is_found(text: str, separator: str) -> None:
    assert cut(text, nothing_fits, "x").separator == separator


def test_a_person_says_which_separator_it_is() -> None:
    assert cut("a;b,c\n1;2,3\n", nothing_fits, "x", ",").rows == [(1, ["a;b", "c"]), (2, ["1;2", "3"])]
    assert [separator_of(word) for word in ("tab", "\\t", "Semicolon", "|")] == ["\t", "\t", ";", "|"]
    for word in ("", "x", "ab", '"', "1"):
        with pytest.raises(UsageError, match="is no separator"):
            separator_of(word)


def test_lines_are_counted_from_the_first_of_the_file() -> None:
    assert cut("sep=;\na;b\n\n1;2\n", nothing_fits, "x").rows == [(2, ["a", "b"]), (3, []), (4, ["1", "2"])]
    with pytest.raises(UsageError, match=r"^x, line 3: a quote is opened and never closed"):
        cut('sep=;\na;b\n1;"2\n3;4;5\n', nothing_fits, "x")


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a\tb\n1\t"He said" is what\n2\t"no more\n3\tand\n', ['"He said" is what', '"no more', "and"]),
        ('a\tb\n1\t"Whole."\n2\tbare\n', ['"Whole."', "bare"]),
        ('a\tb\n1\t"one\n2\ttwo"\n', ['"one', 'two"']),  # by their marks the two lines would be one cell
        ('a,b\n1,"x"y\n2,z\n', ['"x"y', "z"]),
        ('a,b\n1,"x\n2,y\n', ['"x', "y"]),
        ('a,c,b\n1,,"x\n2,,y"\n', ['"x', 'y"']),
        ('a,b\n1,6" disc\n2,"" and\n', ['6" disc', '"" and']),
    ],
)
def test_marks_that_hold_nothing_together_are_text(text: str, cells: list[str]) -> None:
    found = cut(text, nothing_fits, "x")
    assert [row[-1] for _, row in found.rows[1:]] == cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('a\tb\n1\t"one\ttwo"\n', ["one\ttwo"]),
        ('a\tb\n1\t"one\ntwo"\n', ["one\ntwo"]),
        ('a\tb\n1\t"a ""word"""\n2\tx\n', ['a "word"', "x"]),
        ('a\tb\n1\t"one, two"\n2\tx\n', ["one, two", "x"]),  # Excel
        ('"a"\t"b"\n"1"\t"x"\n', ["x"]),
        ('a,b\n1,"one\ntwo"\n2,x\n', ["one\ntwo", "x"]),
        ('a,b\n1,"x"\n', ["x"]),
    ],
)
def test_marks_that_hold_a_cell_together_are_none_of_it(text: str, cells: list[str]) -> None:
    found = cut(text, nothing_fits, "x")
    assert not found.plain
    assert [row[-1] for _, row in found.rows[1:]] == cells
