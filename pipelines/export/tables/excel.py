"""Workbooks: one sheet, whose header stays in sight, row by row, so that no table has to fit into memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import IO, Any

import pyarrow as pa

from pipelines.console.numbers import counted
from pipelines.corpus.rows import rows
from pipelines.errors import CommandError
from pipelines.export.tables.sheet import Account, Sheet
from pipelines.files.private import PrivateFolder

MOST_ROWS = 1_048_575
"""Below the header (Excel's limits: 1,048,576 rows, 16,384 columns, 32,767 letters in a cell)."""
MOST_COLUMNS = 16_384
MOST_LETTERS = 32_767
EXACT = 2**53
"""From here on a number of Excel's does not hold every whole number."""
FIRST_DAY = datetime(1900, 3, 1)
"""Before it Excel counts the days of 1900 wrongly, and of years before that it knows none."""
WIDTH = 14
"""Of a column, in letters."""
LONG = "texts of more than 32,767 letters, which were cut"
EARLY = "dates before March 1900, which are text"
LARGE = "whole numbers beyond 2^53, which are text"
NO_NUMBER = "values that are no number, which are empty"


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
            raise error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(str(error)) from None
    account.changed += [f"{sheet.name}.{name}: {n:,} {why}" for (name, why), n in odd.items()]
    return account


def held_by_excel(value: Any) -> tuple[Any, str]:
    """A value as a cell can hold it, and what became of it; nothing where it is the same."""
    if isinstance(value, str) and len(value.encode("utf-16-le")) // 2 > MOST_LETTERS:  # an emoji counts as two
        return value.encode("utf-16-le")[: 2 * MOST_LETTERS].decode("utf-16-le", errors="ignore"), LONG
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return (plain, "") if plain >= FIRST_DAY else (value.isoformat(), EARLY)
    if isinstance(value, date):
        return (value, "") if value >= FIRST_DAY.date() else (value.isoformat(), EARLY)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT:
        return str(value), LARGE
    if isinstance(value, float) and not math.isfinite(value):
        return None, NO_NUMBER
    return value, ""


def check_size(sheet: Sheet, n_rows: int, columns: Sequence[str]) -> None:
    """Refuse what no workbook holds.

    Raises:
        CommandError: too many rows or columns.
    """
    if n_rows > MOST_ROWS:
        raise CommandError(
            f"{sheet.name} has {n_rows:,} rows, and a sheet of xlsx holds {MOST_ROWS:,}: "
            f"leave it out with --without {sheet.name}, or say --format csv"
        )
    if len(columns) > MOST_COLUMNS:
        raise CommandError(
            f"{sheet.name} has {counted(len(columns), 'column')}, and a sheet of xlsx holds {MOST_COLUMNS:,}: "
            f"leave it out with --without {sheet.name}, or say --format csv"
        )


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
