"""CSV as spreadsheets read it: the one way in which tables of cells are written, and cells read back."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TextIO

from pipelines.files.atomic import as_text
from pipelines.files.plain_json import json_of

NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?")
"""What begins like a formula and is none."""
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""What spreadsheets compute (OWASP, CSV injection), behind no, one or more of the apostrophes that keep them from it:
so one is put before, and one taken away, whatever the text was."""


class Spreadsheet:
    """Writes rows of cells.

    Args:
        text: where they go.
        end: of each line.
    """

    def __init__(self, text: TextIO, end: str = "\n") -> None:
        self._text = text
        self._end = end
        self._writer = csv.writer(self)

    def row(self, values: Iterable[Any]) -> None:
        self._writer.writerow([cell(value) for value in values])

    def write(self, line: str) -> None:
        """A line as csv ends them: it puts quotes around a CR or LF within a cell only if both end its lines."""
        self._text.write(line.removesuffix("\r\n") + self._end)


@contextmanager
def spreadsheet(file: IO[bytes], *, is_file: bool = True) -> Iterator[Spreadsheet]:
    """One in a binary file.

    Args:
        is_file: begin it with the byte order mark without which Excel takes UTF-8 for something else, and end lines
            as RFC 4180 does; not on standard output, where a program reads, and would take the mark for a part of the
            first column's name.
    """
    with as_text(file, "utf-8-sig" if is_file else "utf-8") as text:
        yield Spreadsheet(text, "\r\n" if is_file else "\n")


def cell(value: Any) -> Any:
    """A value as a cell: numbers, dates and times as they are, lists and structures as JSON, bytes as hexadecimals.

    ``true`` and ``false`` in small letters, as JSON, R and SQL have them.

    Text that a spreadsheet would compute gets an apostrophe in front.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict | tuple):
        value = json_of(value)
    if isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value):
        return "'" + value
    return value


def read_cell(text: str) -> str:
    """The text that :func:`cell` was given, or that a person typed."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
