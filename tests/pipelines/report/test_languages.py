"""Hours of speech by language, out of the table that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.report.languages import named, spoken_in, told
from pipelines.store.read import Snapshot
from tests.pipelines.report.made import write_table


def snapshot(out: Path, **tables: list[tuple[str | None, float, float]]) -> Snapshot:
    """Tables with segments of (language, hours, confidence)."""
    for table, segments in tables.items():
        rows: list[dict[str, Any]] = [
            {"segment_id": str(i), "language": code, "end_ms": round(3.6e6 * hours), "confidence": sure}
            for i, (code, hours, sure) in enumerate(segments)
        ]
        write_table(out, table, rows)
    return Snapshot(out / "current")


def test_hours_are_of_the_table_of_languages_where_there_is_one(tmp_path: Path) -> None:
    spoken = [("de", 0.5, 0.9), ("en", 2.0, 0.4), ("de", 2.0, 0.5), ("quc", 0.25, 0.3)]
    there = snapshot(tmp_path, languages=spoken, transcripts=[("en", 4.75, 0.9)])
    found = spoken_in(there)
    assert found is not None
    assert (found.table, list(found.hours.items())) == ("languages", [("de", 2.5), ("en", 2.0), ("quc", 0.25)])
    assert found.sure == pytest.approx(2.5 / 4.75)
    assert list(told(there)) == [
        "Speech by the likeliest language of each segment: 2.5 hours German (de), 2.0 hours English (en), 15.0 minutes "
        "Kʼicheʼ (quc); of these hours 53% have a probability of 0.5 or more, which is the model's own and was not "
        "checked against people."
    ]


def test_else_they_are_of_the_transcripts(tmp_path: Path) -> None:
    there = snapshot(tmp_path, transcripts=[("de", 1.0, 0.9), (None, 2.0, 0.4)])
    found = spoken_in(there)
    assert found is not None
    assert named(found) == [("not named", 2.0), ("German (de)", 1.0)]
    assert list(told(there)) == [
        "Speech by the language of its transcript, which was given or detected: 2.0 hours not named, 1.0 hours German "
        "(de)."
    ]


@pytest.mark.parametrize("transcripts", [[], [(None, 1.0, 0.5)]])
def test_where_no_language_is_named_nothing_is_said(
    tmp_path: Path, transcripts: list[tuple[None, float, float]]
) -> None:
    assert list(told(snapshot(tmp_path, transcripts=transcripts))) == []


def test_many_languages_are_added_up(tmp_path: Path) -> None:
    codes = ["ar", "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "it"]
    found = spoken_in(snapshot(tmp_path, languages=[(code, 14 - i, 0.9) for i, code in enumerate(codes)]))
    assert found is not None
    assert named(found)[-2:] == [("Hindi (hi)", 3.0), ("2 other languages", 3.0)]
