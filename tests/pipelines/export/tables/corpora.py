"""A corpus whose metadata is as odd as people's spreadsheets are, for the tests that hand its tables on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.catalog import TABLES
from tests.pipelines.tables import CALL, MODEL, dimensions, example, speaker_label, write_corpus

LONG = "ü😀" * 20_000
OWN: Mapping[str, tuple[pa.DataType, Sequence[Any]]] = {
    "größe (cm)": (pa.int64(), [180, None]),
    "if": (pa.bool_(), [True, None]),
    "1st": (pa.float64(), [math.inf, 0.1]),
    "a" * 40 + "x": (pa.string(), ["NA", None]),
    "a" * 40 + "y": (pa.string(), ["007", " padded  "]),
    "=cmd": (pa.string(), ["=1+1", "line\r\nbreak"]),
    "Region ": (pa.string(), [LONG, "_x0041_"]),
    "region_": (pa.string(), ["a\0b", "😀"]),
    "地域": (pa.string(), [None, None]),
    "born": (pa.date32(), [date(1899, 12, 31), date(2000, 2, 29)]),
    "built": (pa.date32(), [date(1400, 1, 1), None]),
    "seen": (pa.date32(), [date(9999, 12, 31), None]),
    "number": (pa.int64(), [2**53 + 1, -5]),
    "small": (pa.int64(), [2**31 - 1, None]),
}
"""Columns of the metadata: type, and the values of CALL and STREET."""


def hostile(out: Path) -> Path:
    """Publish a corpus with all kinds of columns; gives OUT."""
    rows = example()
    rows["files"] = [
        {
            "uri": f"/calls/{name}.wav",
            "bytes": n,
            "modified": when,
            "recording_id": key,
            "status": status,
            "notes": notes,
            "run_id": "r",
        }
        for name, n, when, key, status, notes in (
            ("call", 2**31, datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC), CALL, "complete", ["drift", "gaps"]),
            ("x", 0, None, None, "failed", None),
        )
    ]
    place = {"window_id": f"{CALL}/1/0", "recording_id": CALL, "channel": 1, "start_ms": 0, "end_ms": 10_000}
    rows["frames"] = [
        {
            **place,
            "hop_ms": 16.0,
            "n_frames": 2,
            "rms": [0.5, 0.25],
            "zero_crossing_rate": [0.0, 1.0],
            "spectral_centroid_hz": [100.0, 200.0],
            "f0_hz": [None, 110.5],
            "voicing": [0.0, 0.75],
        }
    ]
    picture = {"rate_hz": 16_000, "n_frames": 1, "n_mels": 2, "db_min": -100.0, "db_max": 20.0, "data": b"\x00\xff"}
    rows["spectrograms"] = [{**place, "hop_ms": 10.0, **picture}]
    rows["speakers"] = [
        {
            "segment_id": f"{CALL}/1/1000",
            "recording_id": CALL,
            "channel": 1,
            "start_ms": 1000,
            "end_ms": 4000,
            "embedding": [0.6, 0.8],
            "model": MODEL,
        }
    ]
    rows["transcripts"][0]["doubtful"] = ["no_speech", "low_probability"]
    rows["languages"] = [
        {
            "segment_id": f"{CALL}/1/1000",
            "recording_id": CALL,
            "channel": 1,
            "start_ms": 1000,
            "end_ms": 4000,
            "language": "en",
            "confidence": 0.75,
            "probabilities": [{"language": "en", "probability": 0.75}, {"language": "de", "probability": 0.25}],
            "model": MODEL,
        }
    ]
    rows["dimensions"] = [
        dimensions(CALL, 1, 1000, 4000, 0.5, 0.25, 1.03125),
        dimensions(CALL, 2, 2000, 3000, 0.75, 0.5, -0.125),
    ]
    rows["speaker_labels"] = [
        speaker_label(CALL, 1, 1000, 4000, "S1", "P001"),
        speaker_label(CALL, 2, 2500, 3000, None, None),
    ]
    rows["runs"] = [
        {
            "run_id": "r",
            "started": datetime(2026, 3, 1, tzinfo=UTC),
            "finished": datetime(2026, 3, 2, tzinfo=UTC),
            "config": "{}",
            "models": [{"name": "emotions", "version": MODEL}],
            "versions": [],
            "counts": [{"name": "recordings", "value": 2}, {"name": "errors", "value": 1}],
            "audio_seconds_in": 40.0,
            "audio_seconds_out": 40.0,
            "wall_seconds": 1.5,
            "model_seconds": [],
        }
    ]
    snapshot = write_corpus(out, rows)
    schema = TABLES["recordings"].schema
    rows["recordings"][0]["tracks"] = [
        {"language": "deu", "title": "Moderation", "default": True, "channels": 2},
        {"language": None, "title": None, "default": False, "channels": None},
    ]
    recordings = pa.Table.from_pylist(rows["recordings"], schema=schema)
    for name, (type, values) in OWN.items():
        recordings = recordings.append_column(name, pa.array(values, type))
    pq.write_table(recordings, snapshot / "recordings" / "0.parquet")
    return out
