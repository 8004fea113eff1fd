"""Tables as spreadsheets read them, and as we read them back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.agreement.sheet import read_sheet
from pipelines.cli import PUBLISHED, main
from pipelines.files.cells import cell, read_cell, spreadsheet
from tests.pipelines.tables import CALL, example, recording, transcript, write_corpus

FORMULAS = ("=1+1", "+49 30 1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "-", "-2+3|cmd!A0", "=é")


@given(st.one_of(st.sampled_from(FORMULAS), st.text(), st.text("'=+-@1,.\t\r\n ")))
def test_what_is_read_is_what_was_written(text: str) -> None:
    assert read_cell(cell(text)) == text
    file = BytesIO()
    with spreadsheet(file) as sheet:
        sheet.row(["a", text, 1])
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert [[read_cell(one) for one in row] for row in rows] == [["a", text, "1"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_computed(text: str) -> None:
    assert cell(text) == "'" + text


def test_numbers_stay_numbers() -> None:
    for value in (-1, -1.5, "-1", "+1", "-1.5", "-1,5", "+12 %".replace(" ", ""), None, "plain", "a=b", "'tis"):
        assert cell(value) == value
    assert (cell(True), cell(False)) == ("true", "false")
    assert cell(b"\xff\x00") == "ff00"
    assert cell([{"a": float("nan"), "b": b"\x01"}]) == '[{"a": null, "b": "01"}]'
    zoned = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert f"{cell(zoned)}" == "2026-03-01 12:00:00+00:00"


def test_every_command_that_writes_sheets_guards_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out, formula = tmp_path / "out", '=HYPERLINK("http://x";"call me")'
    write_corpus(
        out,
        {
            **example(),
            "recordings": [recording(CALL, "/calls/=call.wav", "@north")],
            "transcripts": [transcript(CALL, 1, [(formula, 1000, 2000, 0.9), ("cola", 2100, 2200, 0.9)])],
            "segments": [
                {
                    "segment_id": f"{CALL}/1/1000",
                    "recording_id": CALL,
                    "channel": 1,
                    "start_ms": 1000,
                    "end_ms": 2000,
                    "speech_probability": 1.0,
                }
            ],
        },
    )
    files = {
        "query": (["SELECT word, region FROM words JOIN recordings USING (recording_id)"], tmp_path / "query.csv"),
        "mentions": (["cola"], tmp_path / "mentions.csv"),
        "sample": ([], tmp_path / "sample.csv"),
    }
    for command, (words, to) in files.items():
        assert main([command, str(out), *words, "--to", str(to)]) == PUBLISHED
        assert to.read_bytes().startswith(b"\xef\xbb\xbf"), command
        rows = list(csv.reader(io.StringIO(to.read_text("utf-8-sig"), newline="")))
        cells = [one for row in rows for one in row]
        assert any(formula in one for one in cells), command
        assert not any(one.startswith(("=", "@")) for one in cells), command
    capfd.readouterr()
    assert main(["query", str(out), files["query"][0][0], "--format", "csv"]) == PUBLISHED
    assert capfd.readouterr().out.startswith("word,region\n\"'=HYPERLINK(")
    sheet = tmp_path / "sample.csv"
    header, row = csv.reader(io.StringIO(sheet.read_text("utf-8-sig"), newline=""))
    row[header.index("coder1_transcript")] = f"'{formula} cola"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, row])
    (coded,) = read_sheet(out, sheet).coded
    assert coded.transcripts == {"coder1": coded.transcript}
