"""Files of cells: whatever spreadsheets write is read, whatever is damaged is told by its line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.files import sheet as module
from pipelines.files.sheet import read_sheet
from schemas.errors import UsageError


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "own.csv"


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"file,a\nx,1\ny,2\n", [(2, ["x", "1"]), (3, ["y", "2"])]),
        (b"file,a\r\nx,1\r\ny,2\r\n", [(2, ["x", "1"]), (3, ["y", "2"])]),
        (b"file,a\rx,1\ry,2\r", [(2, ["x", "1"]), (3, ["y", "2"])]),
        (b"file;a\rx;1\ry;2", [(2, ["x", "1"]), (3, ["y", "2"])]),
        (b"\xef\xbb\xbffile\ta\nx\t1", [(2, ["x", "1"])]),
        (b"file,a\n\n,\nx,1\n\n", [(4, ["x", "1"])]),
        (b'file,a\n"x\n\ny","1"\nz,2\n', [(2, ["x\n\ny", "1"]), (5, ["z", "2"])]),
        (b'file,a\nx,"a ""quoted"" word"\n', [(2, ["x", 'a "quoted" word'])]),
        ("file,a\n\u00fc,1\u20282\n".encode(), [(2, ["\u00fc", "1\u20282"])]),
        (b"file,a\nx,1" + b"0" * 6000 + b"\n", [(2, ["x", "1" + "0" * 6000])]),
        (b"file,a\nx,'=1+1\ny,'quoted'\n", [(2, ["x", "=1+1"]), (3, ["y", "'quoted'"])]),
        (b"file,a\n", []),
    ],
)
def test_whatever_spreadsheets_write_is_read(sheet: Path, content: bytes, rows: list[tuple[int, list[str]]]) -> None:
    sheet.write_bytes(content)
    read = read_sheet(sheet, lambda header: "file" in header)
    assert (read.header, read.rows) == (["file", "a"], rows)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"file,a\nx,1\ny\n", ", line 3: 1 values for 2 columns"),
        (b"file,a\nx,1,2\n", ", line 2: 3 values for 2 columns"),
        (b'file,a\n"x\ny",1\nz\n', ", line 4: 1 values for 2 columns"),
        (b'file,a\nx,"1\ny,2,3\nz,3\n', ", line 2: a quote is opened and never closed"),
        (b'file,"a\nx,1\n', ", line 1: a quote is opened and never closed"),
        (b'file,a\nx,"1,2"\ny,"1"2\n', ", line 3: ',' expected after"),
        (b"file,a\nx,1\ny,2\0\n", ", line 3: a zero byte, which is no text: save it as UTF-8"),
        (b"file,a\rx,1\ry,2\0\r", ", line 3: a zero byte"),
        (b"file,a\nx," + b"y" * 200_000 + b"\n", ", line 2: a cell of more than 131,072 characters"),
        (b"file," + b"y" * 200_000 + b"\n", ", line 1: a cell of more than 131,072 characters"),
        (b'file,a\nx,"' + b"y,1\n" * 100_000, ", line 2: a cell of more than 131,072 characters: is a quote"),
        (b"file," + b"y" * 1000 + b"\n", ": column 2 has a name of 1,000 characters: 'yyy"),
        (b"file,a,A\n", ": two columns are called 'A' (2 and 3): rename one"),
        (b"file,,a\n", ": column 2 of 3 has values but no name: name it"),
        (b"file,a,\nx,1,2\n", ": column 3 of 3 has values but no name: name it"),
    ],
)
def test_whatever_is_damaged_is_told_by_its_line(sheet: Path, content: bytes, told: str) -> None:
    sheet.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_sheet(sheet, lambda header: "file" in header, "metadata: ")
    message = str(caught.value)
    assert message.startswith(f"metadata: {sheet}{told}")
    assert "\n" not in message
    assert len(message) < len(str(sheet)) + 200


def test_a_line_of_many_cells_is_told_and_not_shown(sheet: Path) -> None:
    sheet.write_bytes(b"file,a\nx" + b",y" * 5_000_000 + b"\n")
    with pytest.raises(UsageError, match="line 2: 5,000,001 values for 2 columns"):
        read_sheet(sheet, lambda header: "file" in header)


def test_a_file_beyond_all_measure_is_not_read(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    sheet.write_bytes(b"file\n" + b"y" * (1 << 20))
    with pytest.raises(UsageError, match=r"own\.csv has more than 1 MB"):
        read_sheet(sheet, lambda header: "file" in header)


def test_a_header_that_fits_by_none_is_that_of_commas(sheet: Path) -> None:
    with sheet.open("w", newline="") as file:
        csv.writer(file).writerows([["a;b", "c"], ["1", "2"]])
    assert read_sheet(sheet, lambda header: False).header == ["a;b", "c"]
