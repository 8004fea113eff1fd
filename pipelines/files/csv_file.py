"""Text that programs have cut into cells: which separator it is, and whether its quotation marks are text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.errors import UsageError
from schemas.shown import shown

SEPARATORS = ",;\t|"
"""Spreadsheets write semicolons where the comma is the decimal point."""
WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_SAID = re.compile(r"sep=(.)\r?(?:\n|$)|sep=(.)\r", re.IGNORECASE)
"""What Excel is told in a first line."""
_LOOKED_AT = 50
Row = tuple[int, list[str]]
Fits = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class Cut:
    """Rows, the names of the columns first, each with the number of the line that it begins in.

    Attributes:
        separator: between the cells.
        plain: whether quotation marks are text, and hold nothing together.
    """

    rows: list[Row]
    separator: str
    plain: bool = False


def separator_of(word: str) -> str:
    """The character that a person means by ``semicolon``, ``;`` or ``\\t``.

    Raises:
        UsageError: it is none that can stand between cells.
    """
    character = WORDS.get(word.lower(), {"\\t": "\t"}.get(word, word))
    if len(character) != 1 or character in '"\r\n\0' or character.isalnum():
        raise UsageError(f"{shown(word)} is no separator: comma, semicolon, tab, pipe, or one other sign")
    return character


def cut(text: str, fits: Fits, where: str, separator: str | None = None) -> Cut:
    """The cells of a text, with any ends of lines.

    The separator is what a person says, what a first line ``sep=;`` says, the one by which the names of the columns
    fit, or the one by which the rows have as many cells as there are names.  Quotation marks are text where rows
    cannot be read by them, or where a line would be lost in a cell though each line has its cells; in rows with tabs,
    where nothing speaks for marks that hold cells together (Common Voice).

    Raises:
        UsageError: a row is none; names the file and the line.
    """
    before = 0
    if said := _SAID.match(text):
        text, before = text[said.end() :], 1
        separator = separator or said[1] or said[2]
    if separator is None:
        separator = _separator(text, fits)
    plain = _plain(text, separator) if '"' in text else None
    try:
        rows = list(_rows(text, separator, where, before))
    except UsageError:
        if plain is None:
            raise
        return Cut(_moved(plain, before), separator, plain=True)
    if plain is not None and _is_text(plain, rows, separator):
        return Cut(_moved(plain, before), separator, plain=True)
    return Cut(rows, separator)


def _separator(text: str, fits: Fits) -> str:
    found = {one: list(islice(_loosely(text, one), _LOOKED_AT)) for one in SEPARATORS}
    for one, rows in found.items():
        if rows and fits([name.strip() for name in rows[0]]):
            return one

    def evenness(one: str) -> tuple[float, int]:
        rows = [row for row in found[one] if any(row)]
        width = len(rows[0]) if rows else 0
        return (sum(len(row) == width for row in rows) / len(rows), width) if width > 1 else (0.0, 0)

    best = max(SEPARATORS, key=evenness)
    # As even by commas: they are the likelier.
    return "," if evenness(",")[0] == evenness(best)[0] else best


def _loosely(text: str, separator: str) -> Iterator[list[str]]:
    """Rows until one cannot be read."""
    try:
        yield from (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row))
    except csv.Error:
        return


def _rows(text: str, separator: str, where: str, before: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1 + before
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            told = str(error)
            if told == "unexpected end of data":
                told = "a quote is opened and never closed"
            elif told.startswith("field larger"):
                told = f"a cell of more than {csv.field_size_limit():,} characters: is a quote opened and never closed?"
            raise UsageError(f"{where}, line {line}: {told}") from None
        yield line, cells


def _plain(text: str, separator: str) -> list[Row] | None:
    """The rows with quotation marks as text; None where a line has not as many cells as there are columns."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=csv.QUOTE_NONE)
    rows: list[Row] = []
    width = 0
    try:
        for number, cells in enumerate(reader, 1):
            if not any(cells):
                continue
            if not width:
                width = len(cells)
                if width < 2 or any('"' in name for name in cells):
                    return None
            if len(cells) < width or any(cells[width:]):
                return None
            rows.append((number, cells))
    except csv.Error:
        return None
    return rows


def _is_text(plain: Sequence[Row], rows: Sequence[Row], separator: str) -> bool:
    """Whether marks by which rows can be read are text all the same."""
    if separator != "\t":
        # Lines that have the right number of cells by chance are rare where there are three columns.
        return len(plain[0][1]) > 2 and len(plain) > sum(any(cells) for _, cells in rows)
    wrapped = [_is_wrapped(cell) for _, cells in plain for cell in cells]
    if any('""' in cell[1:-1] for _, cells in plain for cell in cells if _is_wrapped(cell)):
        return False
    commas = ["," in cell for _, cells in plain for cell in cells]
    return not any(wrapped) or wrapped != commas  # Excel wraps each cell with a comma, also between tabs


def _is_wrapped(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _moved(rows: list[Row], by: int) -> list[Row]:
    return [(number + by, cells) for number, cells in rows] if by else rows
