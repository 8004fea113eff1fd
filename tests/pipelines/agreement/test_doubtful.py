"""Segments whose transcript may be made up, in the sheet that people fill in."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from tests.pipelines.tables import CALL, example, transcript, write_corpus

CODES = ["no_speech", "low_probability"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Five segments, of which two have a doubtful transcript and one has none."""
    rows = [transcript(CALL, 1, [("acme", 1000 * i, 1000 * i + 500, 0.9)]) for i in range(5)]
    place = ("segment_id", "recording_id", "channel", "start_ms", "end_ms")
    segments = [{**{name: row[name] for name in place}, "speech_probability": 0.9} for row in rows]
    judged = [{**row, "doubtful": CODES if i < 2 else []} for i, row in enumerate(rows[:4])]
    write_corpus(tmp_path / "out", {**example(), "transcripts": judged, "segments": segments})
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("words", "doubts"),
    [
        ([], ["", "", "", " ".join(CODES), " ".join(CODES)]),
        (["--doubtful", "out"], ["", "", ""]),
        (["--doubtful", "only"], [" ".join(CODES)] * 2),
    ],
)
def test_they_are_marked_left_out_or_drawn_alone(out: Path, words: list[str], doubts: list[str]) -> None:
    sheet = out.parent / "sheet.csv"
    assert main(["sample", str(out), "--to", str(sheet), *words]) == PUBLISHED
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    assert sorted(row["machine_doubtful"] for row in rows) == doubts


def test_who_codes_blind_sees_no_mark(out: Path) -> None:
    sheet = out.parent / "sheet.csv"
    assert main(["sample", str(out), "--to", str(sheet), "--blind"]) == PUBLISHED
    assert "machine_doubtful" not in sheet.read_text(encoding="utf-8-sig")


def test_another_word(out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", str(out), "--to", str(out.parent / "sheet.csv"), "--doubtful", "oly"]) == WRONG_USE
    assert "--doubtful oly: did you mean 'only'?" in capfd.readouterr().err
