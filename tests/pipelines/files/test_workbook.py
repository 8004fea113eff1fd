"""Workbooks of Excel, as a person sees them; and what is called a workbook and is none."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipelines.files.sheet import Reading, read_sheet
from schemas.errors import UsageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.xlsx"


def fits(header: object) -> bool:
    return True


def test_cells_are_what_a_person_sees(path: Path) -> None:
    book = Workbook()
    page = book.active
    seen = {
        "text": ("Müller ", "Müller"),
        "whole": (7, "7"),
        "float": (7.0, "7"),
        "sum": (0.1 + 0.2, "0.3"),
        "large": (123456789012, "123456789012"),
        "day": (date(2024, 3, 5), "2024-03-05"),
        "time": (datetime(2024, 3, 5, 13, 30), "2024-03-05T13:30:00"),
        "clock": (time(13, 30), "13:30:00"),
        "length": (timedelta(hours=26, minutes=5), "26:05:00"),
        "yes": (True, "true"),
        "no": (False, "false"),
        "nothing": (None, ""),
    }
    page.append([*seen, "id"])
    page.append([value for value, _ in seen.values()])
    page.cell(2, len(seen) + 1, 7).number_format = "000"
    book.save(path)
    read = read_sheet(path, fits)
    assert dict(zip(read.header, read.rows[0][1], strict=True)) == {
        **{name: text for name, (_, text) in seen.items()},
        "id": "007",
    }


def test_blank_rows_and_columns_are_left_out_and_rows_keep_their_numbers(path: Path) -> None:
    book = Workbook()
    for at, value in {"A2": "file", "B2": "a", "A5": "x", "C9": " ", "B7": 1, "A7": "y"}.items():
        book.active[at] = value
    book.save(path)
    read = read_sheet(path, fits)
    assert (read.header, read.rows) == (["file", "a"], [(5, ["x", ""]), (7, ["y", "1"])])


def test_the_first_sheet_that_holds_anything_or_the_one_that_is_named(path: Path) -> None:
    book = Workbook()
    hidden = book.create_sheet("hidden", 0)
    hidden.sheet_state = "hidden"
    hidden.append(["file", "h"])
    book.create_sheet("A").append(["file", "a"])
    book.create_sheet("B").append(["file", "b"])
    book.save(path)
    read = read_sheet(path, fits)
    assert (read.header, read.notes) == (["file", "a"], (f"{path}: the sheet 'A', not 'Sheet', 'B'",))
    assert read_sheet(path, fits, reading=Reading(sheet="B")).header == ["file", "b"]
    assert read_sheet(path, fits, reading=Reading(sheet="hidden")).header == ["file", "h"]
    with pytest.raises(UsageError, match=r"has no sheet 'C'"):
        read_sheet(path, fits, reading=Reading(sheet="C"))


def test_what_is_no_workbook_is_told_in_a_line(path: Path) -> None:
    book = Workbook()
    book.active.append(["file", "a"])
    book.save(path)
    whole = path.read_bytes()
    for content, told in (
        (whole[: len(whole) // 2], "is a damaged workbook, or not copied to its end"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "is a workbook of old Excel, or one with a password: save it as xlsx"),
        (b"PAR1....", "is a Parquet file"),
        (b"<html><table>", "is a web page"),
    ):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=told) as caught:
            read_sheet(path, fits, "metadata: ")
        assert str(caught.value).startswith(f"metadata: {path}")
    for member, told in (("content.xml", "a table of LibreOffice"), ("x", "no workbook of Excel")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(UsageError, match=told):
            read_sheet(path, fits)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    with pytest.raises(UsageError, match="is a damaged workbook"):
        read_sheet(path, fits)
