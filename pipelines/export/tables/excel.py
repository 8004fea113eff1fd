"""Workbooks: one sheet, whose header stays in sight, row by row, so that no table has to fit into memory."""

from __future__ import annotations

import errno
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import IO, Any, NamedTuple

import pyarrow as pa

from pipelines.corpus.asked import Corpus
from pipelines.corpus.rows import rows
from pipelines.errors import CommandError
from pipelines.export.tables.sheet import Account, Sheet
from pipelines.files.private import PrivateFolder
from pipelines.sql import quoted


class Limits(NamedTuple):
    """The least and the most that a number of Excel's holds, in SQL; and what lies beyond, in words."""

    least: str
    most: str
    why: str


MOST_ROWS = 1_048_575
"""Below the header (Excel's limits: 1,048,576 rows, 16,384 columns, 32,767 letters in a cell)."""
MOST_COLUMNS = 16_384
MOST_LETTERS = 32_767
EXACT = 2**53
"""From here on a number of Excel's does not hold every whole number."""
FIRST_DAY = datetime(1900, 3, 1)
"""Before it Excel counts the days of 1900 wrongly, and of years before that it knows none."""
LIMITS: Mapping[str, Limits] = {
    "date": Limits("DATE '1900-03-01'", "DATE '9999-12-31'", "dates before March 1900"),
    "bigint": Limits(f"-{EXACT}", f"{EXACT}", "whole numbers beyond 2^53"),
}
"""By DuckDB's types."""
WIDTH = 14
"""Of a column, in letters."""
LONG = "texts of more than 32,767 letters were cut"
EARLY = "times before March 1900 are text"
NO_NUMBER = "values that are no number are empty cells"


def write_xlsx(file: IO[bytes], sheet: Sheet, reader: pa.RecordBatchReader) -> Account:
    """Write the rows as a workbook of one sheet.

    Text is written as text, so that nothing in it is computed.  Times are in UTC.

    Raises:
        OSError: it cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxFileError

    account = Account()
    names = reader.schema.names
    odd: Counter[tuple[str, str]] = Counter()
    with PrivateFolder() as spill:
        book = Workbook(file, {"constant_memory": True, "tmpdir": str(spill)})
        page = book.add_worksheet(sheet.name[:31])
        formats: dict[type, Any] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        page.freeze_panes(1, 0)
        page.set_column(0, len(names) - 1, WIDTH)
        bold = book.add_format({"bold": True})
        for at, name in enumerate(names):
            page.write_string(0, at, name, bold)
        for row in rows(reader):
            account.rows += 1
            for at, value in enumerate(row):
                held, why = held_by_excel(value)
                if why:
                    odd[names[at], why] += 1
                _write(page, account.rows, at, held, formats)
        try:
            book.close()
        except XlsxFileError as error:
            system = next((one for one in error.args if isinstance(one, OSError)), None)
            raise system or OSError(errno.EIO, str(error)) from None
    account.changed += [f"{sheet.name}.{name}: {why}: {n:,}" for (name, why), n in odd.items()]
    return account


def held_by_excel(value: Any) -> tuple[Any, str]:
    """A value as a cell can hold it, and what became of it; nothing where it is the same."""
    if isinstance(value, str) and len(value.encode("utf-16-le")) // 2 > MOST_LETTERS:  # an emoji counts as two
        return value.encode("utf-16-le")[: 2 * MOST_LETTERS].decode("utf-16-le", errors="ignore"), LONG
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return (plain, "") if plain >= FIRST_DAY else (value.isoformat(), EARLY)
    if isinstance(value, float) and not math.isfinite(value):
        return None, NO_NUMBER
    return value, ""


def fitted(corpus: Corpus, sheet: Sheet) -> tuple[Sheet, list[str]]:
    """The sheet as a workbook can hold it, and what was changed for that, a line each.

    A column in which a date or a whole number does not fit is text from its first row to its last.

    Raises:
        CommandError: too many rows or columns.
    """
    found = corpus.sql(sheet.select)
    ((n_rows,),) = corpus.sql(f"SELECT count(*) FROM ({sheet.select})").fetchall()
    for n, what, most in ((n_rows, "rows", MOST_ROWS), (len(found.columns), "columns", MOST_COLUMNS)):
        if n > most:
            raise CommandError(
                f"{sheet.name} has {n:,} {what}, and a sheet of xlsx holds {most:,}: "
                f"leave it out with --without {sheet.name}, or say --format csv"
            )
    texts: dict[str, str] = {}
    for name, type in zip(found.columns, found.types, strict=True):
        limits = LIMITS.get(type.id)
        if limits is not None:
            beyond = f"{quoted(name)} < {limits.least} OR {quoted(name)} > {limits.most}"
            if corpus.sql(f"SELECT 1 FROM ({sheet.select}) WHERE {beyond} LIMIT 1").fetchall():
                texts[name] = limits.why
    if not texts:
        return sheet, []
    casts = ", ".join(f"{quoted(name)}::VARCHAR AS {quoted(name)}" for name in texts)
    lines = [f"{sheet.name}.{name}: {why}, so that it is text" for name, why in texts.items()]
    return replace(sheet, select=f"SELECT * REPLACE ({casts}) FROM ({sheet.select})"), lines


def _write(page: Any, row: int, at: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, at, value)
    elif isinstance(value, int | float):
        page.write_number(row, at, value)
    elif isinstance(value, date):
        page.write_datetime(row, at, value, formats[type(value)])
    else:
        page.write_string(row, at, str(value))
