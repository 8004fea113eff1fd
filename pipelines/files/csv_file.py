"""Files of cells that people made: read as they are, or refused in a line that says where."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import why
from pipelines.files.cells import read_cell
from schemas.errors import UsageError
from schemas.shown import shown

DELIMITERS = ",;\t"
"""Spreadsheets write semicolons where the comma is the decimal point."""

MOST_BYTES = 512 << 20
"""A sheet with a line of 200 bytes for each of two million recordings has 400 MB."""

LONGEST_NAME = 200


@dataclass(frozen=True)
class CsvFile:
    """What stands in a file: the names of the columns, and each row with the number of the line that it begins in."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_csv(path: Path, fits: Callable[[Sequence[str]], bool], what: str = "") -> CsvFile:
    """The cells of a CSV file in UTF-8, with any of the usual separators and ends of lines; empty rows are left out.

    An apostrophe that keeps a spreadsheet from computing a cell is taken away; see :mod:`pipelines.files.cells`.

    Args:
        fits: whether these are the names of the columns; tells which separator it is.
        what: the file is, in front of the messages.

    Raises:
        UsageError: it cannot be read, its header cannot be, or a row is none; names the file and the line.
    """
    where = f"{what}{path}"
    text = _text(path, where)
    delimiter = next((d for d in DELIMITERS if fits(_first(text, d))), DELIMITERS[0])
    rows = _rows(text, delimiter, where)
    header = [name.strip() for name in next(rows, (1, []))[1]]
    _refuse_header(header, where)
    full = []
    for line, cells in rows:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise UsageError(f"{where}, line {line}: {len(cells):,} values for {len(header)} columns")
        full.append((line, [read_cell(cell) for cell in cells]))
    return CsvFile(header, full)


def _text(path: Path, where: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{where}: {why(error)}") from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{where} has more than {MOST_BYTES >> 20} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(content, error.start)
        raise UsageError(f"{where}, line {line} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    if "\0" in text:
        line = _line_of(content, content.index(b"\0"))
        raise UsageError(f"{where}, line {line}: a zero byte, which is no text: save it as UTF-8")
    return text


def _line_of(content: bytes, at: int) -> int:
    before = content[:at]
    return 1 + max(before.count(b"\n"), before.count(b"\r"))


def _first(text: str, delimiter: str) -> list[str]:
    """The header by one separator; empty where it cannot be read by it."""
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])]
    except csv.Error:
        return []


def _rows(text: str, delimiter: str, where: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
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


def _refuse_header(header: Sequence[str], where: str) -> None:
    """DuckDB, for one, does not tell columns apart by case."""
    known: set[str] = set()
    for number, name in enumerate(header, 1):
        if not name:
            raise UsageError(f"{where}: column {number} of {len(header)} has no name")
        if len(name) > LONGEST_NAME:
            raise UsageError(f"{where}: column {number} has a name of {len(name):,} characters: {shown(name)}")
        if name.lower() in known:
            raise UsageError(f"{where}: two columns are called {shown(name)}")
        known.add(name.lower())
