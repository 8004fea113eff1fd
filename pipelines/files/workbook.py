"""The rows of a workbook of Excel, as a person sees them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from schemas.catalog import nearest
from schemas.errors import UsageError

MOST_BYTES = 2 << 30
"""What a workbook may take unpacked: a million rows of ten columns take 400 MB."""
_ZEROS = re.compile(r"0{2,}")
"""A format of numbers that puts zeros in front: 7 is seen as 007."""
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "a workbook of old Excel, or one with a password"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF file"),
)


def is_workbook(content: bytes) -> bool:
    """Whether these are the bytes of an xlsx file."""
    return content.startswith(b"PK\x03\x04")


def refuse_other_files(content: bytes, where: str) -> None:
    """Say what a file is that is no table of cells.

    Raises:
        UsageError: it is one that programs make in place of one.
    """
    for begin, what in _OTHERS:
        if content.startswith(begin):
            raise UsageError(f"{where} is {what}: save it as xlsx or CSV")
    if re.match(rb"\s*<(?:!doctype|html|table)\b", content[:200], re.IGNORECASE):
        raise UsageError(f"{where} is a web page: open it in a spreadsheet and save it as xlsx or CSV")


def workbook_rows(content: bytes, where: str, sheet: str | None = None) -> tuple[list[tuple[int, list[str]]], str]:
    """The rows of a sheet, each with its number, and what to tell of the choice; empty where there was none.

    Numbers are written without a needless ``.0`` and with the zeros in front that their format shows; dates and times
    as ISO 8601 has them; ``true`` and ``false``.  Of a formula, its value as it was when the workbook was saved.

    Args:
        sheet: its name; None for the first that holds anything.

    Raises:
        UsageError: no workbook, or a damaged one; no such sheet.
    """
    from openpyxl import load_workbook  # 0.3 s

    _refuse_other_archives(content, where)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        pages = [page for page in book.worksheets if page.sheet_state == "visible"] or book.worksheets
        if sheet is not None and sheet not in (page.title for page in book.worksheets):
            names = [page.title for page in book.worksheets]
            raise UsageError(f"{where} has no sheet {sheet!r}{nearest(sheet, names)}")
        rows: list[tuple[int, list[str]]] = []
        title = ""
        for page in book.worksheets if sheet is not None else pages:
            if sheet in (None, page.title):
                title = page.title
                rows = list(_rows(page))
            if rows:
                break
    except UsageError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part comes to
        raise UsageError(f"{where} is a damaged workbook ({type(error).__name__}): save it anew, or as CSV") from None
    others = [page.title for page in pages if page.title != title]
    return rows, f"the sheet {title!r}, not {_listed(others)}" if others and sheet is None else ""


def _refuse_other_archives(content: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = {entry.filename for entry in archive.infolist()}
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        raise UsageError(f"{where} is a damaged workbook, or not copied to its end: save it anew") from None
    if "xl/workbook.xml" not in names:
        what = "a table of LibreOffice" if "content.xml" in names else "no workbook of Excel"
        raise UsageError(f"{where} is {what}: save it as xlsx or CSV")
    if size > MOST_BYTES:
        raise UsageError(f"{where} has more than {MOST_BYTES >> 30} GB unpacked: save it as CSV")


def _rows(page: Any) -> Iterator[tuple[int, list[str]]]:
    page.reset_dimensions()  # what other programs write of it is at times wrong
    for number, cells in enumerate(page.iter_rows(), 1):
        row = [_seen(cell) for cell in cells]
        if any(row):
            yield number, row


def _seen(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            if _ZEROS.fullmatch(cell.number_format) and value == int(value):
                return f"{int(value):0{len(cell.number_format)}d}"
            return f"{value:.15g}" if isinstance(value, float) and abs(value) < 1e15 else str(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
