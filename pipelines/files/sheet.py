"""Tables of cells that people made, whatever program wrote them: read as they are, or refused in a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import why
from pipelines.files.cells import read_cell
from pipelines.files.csv_file import WORDS, Fits, cut, separator_of
from pipelines.files.encoding import Decoded, decode
from pipelines.files.workbook import is_workbook, refuse_other_files, workbook_rows
from schemas.errors import UsageError
from schemas.shown import shown

MOST_BYTES = 512 << 20
"""A sheet with a line of 200 bytes for each of two million recordings has 400 MB."""
LONGEST_NAME = 200
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Blanks of all kinds, and characters that nobody sees."""
_NOT_ASCII = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*")


@dataclass(frozen=True)
class Reading:
    """What a person says of a file, where it does not say it itself.

    Attributes:
        encoding: as Python calls it; None to find out.
        separator: the sign between cells, or its name; None to find out.
        sheet: of a workbook; None for the first that holds anything.
        option: what says otherwise where an encoding was guessed; empty where nothing does.
    """

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    option: str = ""


@dataclass(frozen=True)
class Sheet:
    """What stands in a file.

    Attributes:
        header: the names of the columns.
        rows: each with the number of the line (of a workbook: the row) that it begins in.
        notes: what a person should know of how it was read.
        separator: the sign between its cells; empty in a workbook.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()
    separator: str = ""


def read_sheet(path: Path, fits: Fits, what: str = "", reading: Reading | None = None) -> Sheet:
    """The cells of a file: xlsx, or text in any of the usual encodings, with any of the usual separators.

    Blanks of all kinds are cut from both ends of a cell; rows without anything, and columns behind the last that has
    a name or a value, are left out.  An apostrophe that keeps a spreadsheet from computing a cell is taken away; see
    :mod:`pipelines.files.cells`.

    Args:
        fits: whether these are the names of the columns; tells which separator it is.
        what: the file is, in front of the messages.

    Raises:
        UsageError: it cannot be read, its header cannot be, or a row is none; names the file and the line.
    """
    reading = reading or Reading()
    where = f"{what}{path}"
    content = _content(path, where)
    separator = ""
    if is_workbook(content):
        cells, chosen = workbook_rows(content, where, reading.sheet)
        notes = [f"{path}: {chosen}"] if chosen else []
    else:
        refuse_other_files(content, where)
        decoded = decode(content, where, reading.encoding)
        del content
        found = cut(decoded.text, fits, where, separator_of(reading.separator) if reading.separator else None)
        cells, separator = found.rows, found.separator
        notes = [f"{path}: {', '.join(told)}"] if (told := _told(decoded, found.plain, separator, reading)) else []
    full = [(line, row) for line, texts in cells if any(row := [trimmed(read_cell(text)) for text in texts])]
    header = full[0][1] if full else []
    columns = [at for at, name in enumerate(header) if name or any(len(row) > at and row[at] for _, row in full)]
    header = header[: columns[-1] + 1] if columns else []
    _refuse_header(header, where)
    rows = [(line, _fitted(row, len(header), f"{where}, line {line}", bool(separator))) for line, row in full[1:]]
    return Sheet(header, rows, tuple(notes), separator)


def trimmed(text: str) -> str:
    """The text without blanks, no-break spaces and characters of no width at its ends."""
    return text.strip(_BLANKS)


def _content(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{where}: {why(error)}") from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{where} has more than {MOST_BYTES >> 20} MB")
    return content


def _told(decoded: Decoded, plain: bool, separator: str, reading: Reading) -> list[str]:
    said = []
    if decoded.name != "UTF-8" and reading.encoding is None:
        example = _NOT_ASCII.search(decoded.text) if decoded.guessed else None
        shown_of_it = f" ({example[0][:40]!r})" if example else ""
        otherwise = f"; if that is wrong, say {reading.option}" if example and reading.option else ""
        said.append(f"read as {decoded.name}{shown_of_it}{otherwise}")
    if separator != "," and reading.separator is None:
        names = {sign: name for name, sign in WORDS.items()}
        said.append(f"cells are separated by {names[separator] + 's' if separator in names else repr(separator)}")
    if plain:
        said.append("quotation marks are text")
    return said


def _fitted(row: Sequence[str], width: int, where: str, is_text: bool) -> list[str]:
    """A row of as many cells as there are columns; in a workbook, rows end where nothing follows."""
    filled = max((at for at, cell in enumerate(row, 1) if cell), default=0)
    if filled > width or (is_text and len(row) < width):
        raise UsageError(f"{where}: {max(filled, min(len(row), width)):,} values for {width} columns")
    return [*row[:width], *[""] * (width - len(row))]


def _refuse_header(header: Sequence[str], where: str) -> None:
    """DuckDB, for one, does not tell columns apart by case."""
    known: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        if not name:
            raise UsageError(f"{where}: column {number} of {len(header)} has values but no name: name it")
        if len(name) > LONGEST_NAME:
            raise UsageError(f"{where}: column {number} has a name of {len(name):,} characters: {shown(name)}")
        if name.lower() in known:
            raise UsageError(
                f"{where}: two columns are called {shown(name)} ({known[name.lower()]} and {number}): rename one"
            )
        known[name.lower()] = number
