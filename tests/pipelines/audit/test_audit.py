"""A whole corpus of a few rows passes; each kind of fault is caught where it is, and counted."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.audit.audit import Audit, audit
from schemas.catalog import TABLES
from schemas.table import Table, rules_of

Rows = dict[str, list[dict[str, Any]]]

DIMENSION = 4
SOUNDING, SILENT = "0123456789abcdef" * 2, "f" * 32
NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def declared() -> dict[str, Table]:
    tables = dict(TABLES)
    for name in ("embeddings", "speakers"):
        tables[name] = tables[name].with_vector("embedding", DIMENSION)
    user = [pa.field("interviewer", pa.string()), pa.field("year", pa.int64()), pa.field("weight", pa.float64())]
    tables["recordings"] = tables["recordings"].with_columns(user)
    return tables


def place(start_ms: int, end_ms: int) -> dict[str, Any]:
    return {"recording_id": SOUNDING, "channel": 0, "start_ms": start_ms, "end_ms": end_ms}


def corpus() -> Rows:
    """Two recordings: 20 s with two windows and two segments of speech, and one that is silent."""
    windows = [{"window_id": f"{SOUNDING}/0/{at}", **place(at, at + 10_000)} for at in (0, 10_000)]
    segments = [{"segment_id": f"{SOUNDING}/0/{at}", **place(at, at + 2_000)} for at in (1_000, 12_000)]
    unit = [np.float16(0.5)] * DIMENSION
    model = {"model": "org/model@main/fp32"}
    classes = [{"label": "calm", "probability": 0.75}, {"label": "angry", "probability": 0.25}]
    best = {"label": "calm", "confidence": 0.75}
    recording = {"container": "wav", "codec": "pcm_s16", "sample_rate_hz": 16_000, "channels": 1, "run_id": "r1"}
    rows: Rows = {
        "files": [
            {"uri": uri, "bytes": 10, "modified": NOW, "recording_id": content, "status": status, "run_id": "r1"}
            for uri, content, status in (
                ("a.wav", SOUNDING, "complete"),
                ("copy of a.wav", SOUNDING, "complete"),
                ("b.wav", SILENT, "complete"),
                ("c.wav", None, "failed"),
            )
        ],
        "recordings": [
            {"recording_id": SOUNDING, "uri": "a.wav", "duration_ms": 20_000, "loudness_lufs": -23.0}
            | {"peak_dbfs": -1.0, "clipped_share": 0.0, "speech_share": 0.2, "interviewer": "007", "year": 1971}
            | {"weight": math.nan, **recording},
            {"recording_id": SILENT, "uri": "b.wav", "duration_ms": 300, "loudness_lufs": None}
            | {"peak_dbfs": None, "clipped_share": 0.0, "speech_share": None, "interviewer": None, "year": None}
            | {"weight": None, **recording},
        ],
        "windows": [
            {**w, "rms_dbfs": level, "silence": level is None} for w, level in zip(windows, (-20.0, None), strict=True)
        ],
        "segments": [{**s, "speech_probability": 0.9} for s in segments],
        "frames": [
            {**w, "hop_ms": 16.0, "n_frames": 2, "rms": [0.1, 0.0], "zero_crossing_rate": [0.0, 1.0]}
            | {"spectral_centroid_hz": [0.0, 440.0], "f0_hz": [None, 220.0], "voicing": [0.0, 1.0]}
            for w in windows
        ],
        "spectrograms": [
            {**w, "hop_ms": 10.0, "rate_hz": 16_000, "n_frames": 2, "n_mels": 3}
            | {"db_min": -100.0, "db_max": 20.0, "data": bytes(6)}
            for w in windows
        ],
        "transcripts": [
            {**segments[0], "text": "my word", "language": "en", "confidence": 0.9, **model}
            | {
                "words": [
                    {"word": "my", "start_ms": 1_000, "end_ms": 1_400, "confidence": 1.0},
                    {"word": "word", "start_ms": 1_500, "end_ms": 3_000, "confidence": 0.8},
                ]
            },
            {**segments[1], "text": "", "words": [], "language": None, "confidence": 0.0, **model},
        ],
        "emotions": [{**s, **best, "probabilities": classes, **model} for s in segments],
        "prosody": [
            {**s, "f0_median_hz": f0, "f0_median_semitones": f0 and 13.6, "f0_range_semitones": f0 and 4.0}
            | {"voiced_share": 0.5, "intensity_dbfs": -20.0, "intensity_range_db": 12.0}
            | {"speaking_rate": 4.2, "pause_share": 0.1}
            for s, f0 in zip(segments, (220.0, None), strict=True)
        ],
        "sounds": [{**w, **best, "tags": classes, **model} for w in windows],
        "tags": [{**w, "tag": "sea", "prompt": "waves of the sea", "score": 0.25, **model} for w in windows],
        "embeddings": [{**w, "embedding": unit, **model} for w in windows],
        "speakers": [{**s, "embedding": unit, **model} for s in segments],
        "speaker_labels": [
            {**s, "recording_speaker": local, "corpus_speaker": local and "P001", "similarity": local and 0.5}
            | {"assigned": "clustered" if local else "none", "margin": None, "evidence": "voice"}
            | {"threshold": 0.25, **model}
            for s, local in zip(segments, ("S1", None), strict=True)
        ],
        "waveforms": [{**w, "rate_hz": 16_000, "flac": b"fLaC"} for w in windows],
        "errors": [
            {"uri": "c.wav", "recording_id": None, "stage": "decode", "reason": "undecodable", "message": "no"}
            | {"channel": None, "start_ms": None, "end_ms": None, "run_id": "r1"}
        ],
        "runs": [
            {"run_id": "r1", "started": NOW, "finished": NOW, "config": "{}", "models": [], "audio_seconds_in": 20.3}
            | {"versions": [{"name": "python", "version": "3.11"}], "counts": [{"name": "files", "value": 4}]}
            | {"audio_seconds_out": 20.0, "wall_seconds": 1.5}
            | {"model_seconds": [{"name": "emotions", "seconds": 0.5}]}
        ],
    }
    for name in TABLES.keys() - rows.keys():  # a table for which nothing finer is written down
        heard = windows if TABLES[name].hears == "windows" else segments
        rows[name] = [{field.name: plain(field) for field in TABLES[name].schema} | stretch for stretch in heard]
    return rows


def plain(field: pa.Field) -> Any:
    """A value that the rules of a column allow."""
    rules = rules_of(field)
    if field.nullable:
        return None
    if pa.types.is_list(field.type):
        return []
    if pa.types.is_string(field.type):
        return rules.get("oneof", ["x"])[0]
    return pa.scalar(rules.get("low", 0)).cast(field.type).as_py()


def write(folder: Path, table: Table, rows: list[dict[str, Any]], *, files: int = 1) -> None:
    """The rows as ``files`` files of the table, whatever the rules say of them."""
    (folder / table.name).mkdir(parents=True, exist_ok=True)
    schema = table.schema
    for at, field in enumerate(schema):
        if any(row.get(field.name) is None for row in rows):  # the writer refuses what the schema does not allow
            schema = schema.set(at, field.with_nullable(True))
    whole = pa.Table.from_pylist(rows, schema=schema)
    for shard in range(files):
        part = whole.take(pa.array(range(shard, whole.num_rows, files), pa.int64()))
        pq.write_table(part, folder / table.name / f"shard-{shard}.parquet")


def audited(folder: Path, rows: Rows, names: Iterable[str] | None = None, **options: Any) -> Audit:
    tables = [t for t in declared().values() if names is None or t.name in names]
    for table in tables:
        write(folder, table, rows[table.name])
    return audit(folder, tables, **options)


def test_a_sound_corpus_passes_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    out = tmp_path / "year=2025 [draft] it's *"
    result = audited(out, corpus(), inputs=4)
    assert result.failures == ()
    assert result.success
    assert result.summary() == []
    assert {check.table for check in result.checks} == set(TABLES)
    assert capfd.readouterr() == ("", "")
    assert list(elsewhere.iterdir()) == []
    assert json.loads(result.to_json())["success"] is True


def test_tables_without_rows_pass(tmp_path: Path) -> None:
    result = audited(tmp_path, {name: [] for name in TABLES}, inputs=0)
    assert result.summary() == []


OF_SPEECH = ("files", "recordings", "segments")
OF_WINDOWS = ("files", "recordings", "windows")


def put(table: str, row: int, **values: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[table][row].update(values)


def put_word(**values: Any) -> Callable[[Rows], None]:
    return lambda rows: rows["transcripts"][0]["words"][1].update(values)


def repeat(table: str) -> Callable[[Rows], None]:
    return lambda rows: rows[table].append(rows[table][0])


@pytest.mark.parametrize(
    ("others", "spoil", "table", "expectation", "unexpected"),
    [
        (
            OF_SPEECH,
            put("segments", 0, speech_probability=1.5),
            "segments",
            "speech_probability is between 0 and 1",
            1,
        ),
        (
            OF_SPEECH,
            put("segments", 1, speech_probability=math.nan),
            "segments",
            "speech_probability is between 0 and 1",
            1,
        ),
        (
            ("files",),
            put("recordings", 0, codec="pcm_f32", peak_dbfs=194.0),
            "recordings",
            "peak_dbfs is between -900 and 193",
            1,
        ),
        (("files",), put("recordings", 0, peak_dbfs=47.0), "recordings", "peak_dbfs of a codec that stores no", 1),
        (("files",), put("recordings", 0, loudness_lufs=-71.0), "recordings", "loudness_lufs is between -70", 1),
        (("files",), put("recordings", 0, channels=0), "recordings", "channels is at least 1", 1),
        ((), put("errors", 0, reason="bored"), "errors", "reason is one of ", 1),
        ((), put("errors", 0, recording_id=f"x{SOUNDING}"), "errors", "recording_id matches", 1),
        ((), put("errors", 0, start_ms=2, end_ms=1), "errors", "end_ms - start_ms is at least 0", 1),
        (OF_SPEECH, put("segments", 0, end_ms=1_000), "segments", "end_ms - start_ms is at least 1", 1),
        (OF_SPEECH, repeat("segments"), "segments", "segment_id is unique", 2),
        ((*OF_SPEECH, "emotions"), repeat("emotions"), "emotions", "recording_id, channel, start_ms are unique", 2),
        (
            (*OF_WINDOWS, "embeddings"),
            put("embeddings", 1, embedding=[np.float16(0.6)] * DIMENSION),
            "embeddings",
            "the norm of embedding is between 0.99 and 1.01",
            1,
        ),
        (
            (*OF_SPEECH, "speakers"),
            put("speakers", 1, embedding=[np.float16("nan")] * DIMENSION),
            "speakers",
            "the norm of embedding is between 0.99 and 1.01",
            1,
        ),
        (
            (*OF_WINDOWS, "frames"),
            put("frames", 0, zero_crossing_rate=[0.5, -0.5]),
            "frames",
            "the least value of zero_crossing_rate is at least 0",
            1,
        ),
        (
            (*OF_WINDOWS, "frames"),
            put("frames", 0, f0_hz=[math.nan, 100.0]),
            "frames",
            "the greatest value of f0_hz is at most",
            1,
        ),
        (
            (*OF_WINDOWS, "frames"),
            put("frames", 1, voicing=[0.5]),
            "frames",
            "len(voicing) - n_frames is 0",
            1,
        ),
        (
            (*OF_WINDOWS, "spectrograms"),
            put("spectrograms", 1, data=bytes(5)),
            "spectrograms",
            "octet_length(data) - n_frames * n_mels is 0",
            1,
        ),
        (
            (*OF_SPEECH, "transcripts"),
            put_word(end_ms=3_002),
            "transcripts",
            "the time in ms by which words reach beyond the row's start_ms and end_ms is between 0 and 1",
            1,
        ),
        (
            (*OF_SPEECH, "transcripts"),
            put_word(end_ms=1_499),
            "transcripts",
            "end_ms - start_ms of the shortest of words is at least 0",
            1,
        ),
        (
            (*OF_SPEECH, "transcripts"),
            put_word(confidence=1.1),
            "transcripts",
            "the greatest confidence of words is at most 1 and finite",
            1,
        ),
        (
            (*OF_SPEECH, "transcripts"),
            put("transcripts", 0, segment_id="lost"),
            "transcripts",
            "segment_id stands in segments",
            1,
        ),
        (
            (*OF_SPEECH, "prosody"),
            put("prosody", 0, channel=1),
            "prosody",
            "recording_id and channel are those of its row in segments",
            1,
        ),
        (
            (*OF_WINDOWS, "sounds"),
            put("sounds", 0, end_ms=10_002),
            "sounds",
            "start_ms to end_ms lies inside its row in windows",
            1,
        ),
        (
            OF_WINDOWS,
            put("windows", 1, end_ms=20_002),
            "windows",
            "end_ms is within the duration of its row in recordings",
            1,
        ),
        (
            ("files",),
            put("files", 2, recording_id=None),
            "recordings",
            "recording_id stands in files",
            1,
        ),
    ],
)
def test_a_fault_is_caught_where_it_is(
    tmp_path: Path,
    others: tuple[str, ...],
    spoil: Callable[[Rows], None],
    table: str,
    expectation: str,
    unexpected: int,
) -> None:
    rows = copy.deepcopy(corpus())
    spoil(rows)
    result = audited(tmp_path, rows, (*others, table))
    (failure,) = result.failures
    assert failure.table == table
    assert failure.expectation.startswith(expectation)
    assert failure.unexpected_count == unexpected
    assert failure.rows == len(rows[table])
    assert set(failure.columns) <= set(declared()[table].schema.names)
    (line,) = result.summary()
    assert line.startswith(f"{table}: {expectation}")
    assert not json.loads(result.to_json())["success"]


@pytest.mark.parametrize(
    ("others", "spoil", "table", "column"),
    [
        ((), put("errors", 0, message=None), "errors", "message"),
        (OF_SPEECH, put("segments", 1, speech_probability=None), "segments", "speech_probability"),
        ((*OF_SPEECH, "transcripts"), put("transcripts", 1, segment_id=None), "transcripts", "segment_id"),
        ((*OF_SPEECH, "transcripts"), put("transcripts", 1, words=None), "transcripts", "words"),
    ],
)
def test_a_null_is_caught_in_the_rows_and_in_the_schema_that_lets_it_in(
    tmp_path: Path, others: tuple[str, ...], spoil: Callable[[Rows], None], table: str, column: str
) -> None:
    rows = corpus()
    spoil(rows)
    result = audited(tmp_path, rows, (*others, table))
    assert [(f.table, f.expectation, f.columns, f.unexpected_count) for f in result.failures] == [
        (table, "every file says which columns may be null as declared", (column,), 1),
        (table, f"{column} is not null", (column,), 1),
    ]


def shard(folder: Path, schema: pa.Schema, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "more.parquet")


ERRORS = TABLES["errors"].schema


@pytest.mark.parametrize(
    ("table", "schema", "expectation", "columns", "sample"),
    [
        (
            "errors",
            ERRORS.append(pa.field("mood", pa.string())),
            "every file has the declared columns in their order",
            tuple(ERRORS.names),
            "more.parquet: mood is not declared",
        ),
        (
            "errors",
            ERRORS.remove(0),
            "every file has the declared columns in their order",
            tuple(ERRORS.names),
            "more.parquet: uri is missing",
        ),
        (
            "errors",
            pa.schema([ERRORS.field(1), ERRORS.field(0), *list(ERRORS)[2:]]),
            "every file has the declared columns in their order",
            tuple(ERRORS.names),
            "more.parquet: in another order",
        ),
        (
            "errors",
            ERRORS.set(6, pa.field("start_ms", pa.int64())),
            "every file has the declared types",
            ("start_ms",),
            "more.parquet: start_ms is int64",
        ),
        (
            "embeddings",
            TABLES["embeddings"].with_vector("embedding", DIMENSION + 1).schema,
            "every file has the declared types",
            ("embedding",),
            f"more.parquet: embedding is fixed_size_list<element: float not null>[{DIMENSION + 1}]",
        ),
    ],
    ids=["extra column", "missing column", "another order", "another type", "another vector length"],
)
def test_one_file_with_another_schema_is_caught(
    tmp_path: Path, table: str, schema: pa.Schema, expectation: str, columns: tuple[str, ...], sample: str
) -> None:
    write(tmp_path, declared()[table], [])
    shard(tmp_path / table, schema, [])
    of_table = [f for f in audit(tmp_path, list(declared().values())).failures if f.table == table]
    assert [(f.expectation, f.columns, f.unexpected_count, f.rows, f.sample) for f in of_table] == [
        (expectation, columns, 1, 2, (sample,))
    ]


def test_a_table_without_files_and_a_broken_file_are_caught(tmp_path: Path) -> None:
    write(tmp_path, TABLES["runs"], corpus()["runs"], files=2)
    whole = (tmp_path / "runs" / "shard-1.parquet").read_bytes()
    (tmp_path / "runs" / "shard-1.parquet").write_bytes(whole[: len(whole) // 2])
    broken, absent = audit(tmp_path, [TABLES["runs"], TABLES["errors"]]).failures
    assert (broken.table, broken.expectation, broken.unexpected_count) == ("runs", "every file can be opened", 1)
    assert broken.sample[0].startswith("shard-1.parquet: ")
    assert (absent.table, absent.expectation) == ("errors", "has a Parquet file")


def test_a_table_that_others_point_into_has_to_be_there(tmp_path: Path) -> None:
    result = audited(tmp_path, corpus(), ("files", "recordings", "transcripts"))
    assert result.summary() == [
        "transcripts: segments, which it points into, is among the audited tables: not so for 1 of 1"
    ]


@pytest.mark.parametrize(("inputs", "missed"), [(3, 1), (4, 0), (9, 5)])
def test_every_input_has_its_row_of_files(tmp_path: Path, inputs: int, missed: int) -> None:
    result = audited(tmp_path, corpus(), ("files", "recordings"), inputs=inputs)
    assert [(f.table, f.unexpected_count) for f in result.failures] == ([("files", missed)] if missed else [])


def test_counts_add_up_over_files_and_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.audit.values.VECTORS_A_CHUNK", 1)
    rows = corpus()["errors"] * 5000
    rows[:4999] = [row | {"reason": "bored"} for row in rows[:4999]]
    write(tmp_path, TABLES["errors"], rows, files=3)
    (failure,) = audit(tmp_path, [TABLES["errors"]]).failures
    assert (failure.unexpected_count, failure.rows, failure.sample) == (4999, 5000, ("bored",) * 3)
