"""Records into rows, against values computed by hand."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from schemas.catalog import TABLES
from schemas.reasons import Reason, Stage
from schemas.records import Outcome, Place, Problem, Recording, Source
from schemas.table import column
from schemas.tracks import Track
from transforms.decode.audio import Format
from transforms.decode.facts import Facts
from transforms.decode.timeline import Timing
from transforms.heard import Heard
from transforms.rows.batch import float_lists, stretch_columns, to_batch, vectors
from transforms.rows.inventory import error_rows, file_rows, recording_row

ID = "ab" * 16
RUN = "20260101T000000-abcd"


def place(start_ms: int, end_ms: int, channel: int = 0) -> Place:
    return Place("file:///a.wav", ID, channel, start_ms, end_ms)


# Batches

COLUMNS = {
    "window_id": [f"{ID}/0/0"],
    **stretch_columns([place(0, 10_000)]),
    "rms_dbfs": [None],
    "silence": [True],
}


def test_a_batch_has_the_columns_and_types_of_its_table() -> None:
    batch = to_batch(TABLES["windows"], dict(reversed(COLUMNS.items())))
    assert batch.schema.equals(TABLES["windows"].schema, check_metadata=True)
    assert batch.to_pylist() == [
        {
            "window_id": f"{ID}/0/0",
            "recording_id": ID,
            "channel": 0,
            "start_ms": 0,
            "end_ms": 10_000,
            "rms_dbfs": None,
            "silence": True,
        }
    ]


def test_a_column_too_few_or_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match=r"windows: columns missing or unknown: silence$"):
        to_batch(TABLES["windows"], {k: v for k, v in COLUMNS.items() if k != "silence"})
    with pytest.raises(ValueError, match=r"windows: columns missing or unknown: loud$"):
        to_batch(TABLES["windows"], {**COLUMNS, "loud": [False]})


@pytest.mark.parametrize("name", ["window_id", "recording_id", "start_ms", "silence"])
def test_a_null_where_none_may_stand_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"windows.{name}: a null"):
        to_batch(TABLES["windows"], {**COLUMNS, name: [None]})


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises((ValueError, pa.ArrowInvalid)):
        to_batch(TABLES["windows"], {**COLUMNS, "silence": [True, False]})


def test_vectors_are_rounded_to_float16() -> None:
    type = pa.list_(pa.field("item", pa.float32(), nullable=False), 3)
    rows = [np.float32([0.1, -0.2, 1.0]), np.float32([0.0, 2**-14, 0.33333])]
    array = vectors(rows, type)
    assert array.type == type
    assert array.to_pylist() == [[float(np.float16(x)) for x in row] for row in rows]


def test_lists_of_any_length() -> None:
    type = pa.list_(pa.field("item", pa.float32(), nullable=True))
    rows = [np.float32([1.0, np.nan]), np.float32([]), np.float32([3.0])]
    assert float_lists(rows, type, nan_is_null=True).to_pylist() == [[1.0, None], [], [3.0]]
    assert float_lists(rows, type).null_count == 0
    assert np.isnan(float_lists(rows, type).to_pylist()[0][1])
    assert float_lists([], type).to_pylist() == []


# Files, recordings, errors

SOURCES = (
    Source("file:///b.wav", "/b.wav", 44, 1_767_225_600_123_456_789, {}),
    Source("file:///c.wav", "/c.wav", 44, 0, {"place": "Łódź", "age": 7}),
    Source("file:///d.wav", "/d.wav", 44, 2**62, {"place": "nowhere", "age": 8}),
)


def test_file_rows() -> None:
    rows = file_rows(SOURCES, ID, Outcome("complete", ("drift",)), RUN)
    assert rows.column("uri").to_pylist() == ["file:///b.wav", "file:///c.wav", "file:///d.wav"]
    assert rows.column("bytes").to_pylist() == [44] * 3
    assert rows.column("modified").to_pylist()[:2] == [datetime(2026, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC), None]
    assert rows.column("recording_id").to_pylist() == [ID] * 3
    assert rows.column("status").to_pylist() == ["complete"] * 3
    assert file_rows(SOURCES[:1], None, Outcome("failed"), RUN).column("recording_id").to_pylist() == [None]


def test_a_file_of_a_year_that_python_does_not_know_is_no_error() -> None:
    source = Source("file:///e.wav", "/e.wav", 1, 400_000_000_000 * 10**9)
    modified = file_rows([source], None, Outcome("failed"), RUN).column("modified")
    assert modified.cast(pa.int64()).to_pylist() == [4 * 10**17]


def test_recording_row() -> None:
    own = [column("place", pa.string(), "", nullable=True), column("age", pa.int64(), "", nullable=True)]
    table = TABLES["recordings"].with_columns(own)
    format = Format("wav", "pcm_s16", 44_100, 2, 1.5, (Track("eng", channels=2),))
    heard = Heard("complete", format, 1500, Timing(20, 1, 320, -4), -23.5, -1.0, 0.25, 0.5, 1.5, Facts("2007", "date"))
    heard = replace(heard, sound_hash="ab" * 20)
    assert recording_row(table, Recording(ID, SOURCES, 1.5), heard, RUN).to_pylist() == [
        {
            "recording_id": ID,
            "uri": "file:///b.wav",
            "sound_hash": "ab" * 20,
            "container": "wav",
            "codec": "pcm_s16",
            "sample_rate_hz": 44_100,
            "channels": 2,
            "mix": None,
            "tracks": [{"language": "eng", "title": None, "default": True, "channels": 2}],
            "track": 1,
            "duration_ms": 1500,
            "audio_start_ms": 20,
            "gaps": 1,
            "without_audio_ms": 320,
            "drift_ms": -4,
            "loudness_lufs": -23.5,
            "peak_dbfs": -1.0,
            "clipped_share": 0.25,
            "speech_share": 0.5,
            **asdict(Facts("2007", "date")),
            "run_id": RUN,
            "place": "Łódź",  # of the first file that has any
            "age": 7,
        }
    ]
    bare = recording_row(table, Recording(ID, SOURCES[:1], 1.5), Heard("partial", heard.format, 1), RUN)
    row = bare.to_pylist()[0]
    assert [row[k] for k in ("loudness_lufs", "peak_dbfs", "speech_share", "place", "age")] == [None] * 5


def test_error_rows_of_a_file() -> None:
    problems = [
        Problem(Stage.DECODE, Reason.TRUNCATED, "it\n  ends\tearly", 1200),
        Problem(Stage.IDENTIFY, Reason.UNREADABLE, "/a/\udcff.wav"),
    ]
    rows = error_rows(problems, RUN, uri="file:///a.wav", recording_id=None).to_pylist()
    assert [r["message"] for r in rows] == ["it ends early", "/a/\\udcff.wav"]
    assert rows[0] == {
        "uri": "file:///a.wav",
        "recording_id": None,
        "stage": "decode",
        "reason": "truncated",
        "message": "it ends early",
        "channel": None,
        "start_ms": 1200,
        "end_ms": None,
        "run_id": RUN,
    }


def test_error_rows_of_clips() -> None:
    problems = [Problem("emotions", Reason.TOO_SHORT, "400 samples")] * 2
    places = [place(0, 10, 1), place(20, 30, 2)]
    rows = error_rows(problems, RUN, uri="", recording_id=None, places=places).to_pylist()
    assert [(r["uri"], r["recording_id"], r["channel"], r["start_ms"], r["end_ms"]) for r in rows] == [
        ("file:///a.wav", ID, 1, 0, 10),
        ("file:///a.wav", ID, 2, 20, 30),
    ]
