"""How long a report takes, on made-up tables: ``python -m benchmarks.reporting``."""

from __future__ import annotations

import argparse
import datetime
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.machine import describe
from benchmarks.report import Table, show, wide_console
from pipelines.report.report import write_report
from schemas.catalog import TABLES

MINUTES = 10
WINDOW_MS, EMOTION_MS = 10_000, 5_000
WORDS = 25
"""In a segment of 10 s: fluent talk."""
EMOTIONS = ("neu", "hap", "sad", "ang")
REGIONS = ("north", "south", "east", "west")
VOCABULARY = 20_000
LABELS = 200
DIMENSION = 512
PAGES = 10


def main(words: Sequence[str] | None = None) -> int:
    """Write a corpus of made-up rows, write its report, and print what that took."""
    parser = argparse.ArgumentParser("python -m benchmarks.reporting", description=__doc__)
    parser.add_argument("--recordings", type=int, default=1000, metavar="N", help="of 10 minutes (default: 1000)")
    n = parser.parse_args(words).recordings
    with tempfile.TemporaryDirectory(prefix="earwitness-bench-") as folder:
        write_tables(Path(folder), n)
        started = time.perf_counter()
        written = write_report(Path(folder), phrases=["w7", "w3 w5"])
        corpus = time.perf_counter() - started
        mb = written[0].stat().st_size / 1e6
        started = time.perf_counter()
        write_report(Path(folder), phrases=["w7", "w3 w5"], recordings=[f"top:{PAGES}"])
        one = (time.perf_counter() - started - corpus) / PAGES
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    console = wide_console()
    console.print(describe())
    said = n * MINUTES * 60_000 // WINDOW_MS * WORDS
    columns = ("recordings", "words", "s, page of the corpus", "MB of it", "s, page of a recording", "peak MB")
    row = (f"{n:,}", f"{said:,}", f"{corpus:.1f}", f"{mb:.1f}", f"{max(0.0, one):.2f}", f"{peak:.0f}")
    show(console, Table("A report", columns, (row,), ("Pages of recordings are without frames and spectrograms.",)))
    return 0


def write_tables(out: Path, n: int, seed: int = 0) -> None:
    """``n`` recordings of 10 minutes: windows, segments of 10 s with 25 words, emotions of 5 s, CLAP vectors.

    Words follow Zipf's law; months and regions are metadata.
    """
    rng = np.random.default_rng(seed)
    ids = np.array([f"{i:032x}" for i in range(n)])
    length = MINUTES * 60_000
    windows, clips = length // WINDOW_MS, length // EMOTION_MS
    of_window, of_clip = np.repeat(ids, windows), np.repeat(ids, clips)
    starts = np.tile(np.arange(windows) * WINDOW_MS, n)
    clip_starts = np.tile(np.arange(clips) * EMOTION_MS, n)
    names = [f"/archive/{i:05}.wav" for i in range(n)]
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    segment = np.char.add(of_window, np.char.mod("-0-%d", starts))
    place = {"recording_id": of_window, "start_ms": starts, "end_ms": starts + WINDOW_MS}
    _write(out, "recordings", n, recording_id=ids, uri=names, duration_ms=[length] * n, speech_share=[0.9] * n,
           sample_rate_hz=[16000] * n, channels=[1] * n, codec=["flac"] * n,
           region=rng.choice(REGIONS, n), date=[f"2024-{1 + i % 12:02}-15" for i in range(n)])  # fmt: skip
    _write(out, "files", n, uri=names, recording_id=ids, status=["complete"] * n)
    _write(out, "errors", 0)
    _write(out, "runs", 1, run_id=["1"], started=[now], finished=[now], config=["{}"])
    said = rng.zipf(1.3, n * windows * WORDS) % VOCABULARY
    vocabulary = np.char.mod("w%d", np.arange(VOCABULARY))
    word_starts = (starts[:, None] + np.arange(WORDS) * (WINDOW_MS // WORDS)).ravel()
    sure = rng.uniform(0.3, 1, len(said)).astype(np.float32)
    times = (pa.array(word_starts, pa.int32()), pa.array(word_starts + 300, pa.int32()))
    coded = pa.DictionaryArray.from_arrays(pa.array(said, pa.int32()), pa.array(vocabulary))
    values = [coded.cast(pa.string()), *times, pa.array(sure), pa.array(["measured"] * len(said))]
    word_type = TABLES["transcripts"].schema.field("words").type
    listed = pa.ListArray.from_arrays(
        pa.array(np.arange(n * windows + 1) * WORDS, pa.int32()),
        pa.StructArray.from_arrays(values, fields=list(word_type.value_type)),
    )
    texts = [" ".join(row) for row in vocabulary[said.reshape(-1, WORDS)]]
    _write(out, "transcripts", n * windows, segment_id=segment, **place, text=texts, words=listed)
    _write(out, "emotions", n * clips, recording_id=of_clip, start_ms=clip_starts, end_ms=clip_starts + EMOTION_MS,
           segment_id=np.repeat(segment, WINDOW_MS // EMOTION_MS), confidence=rng.uniform(0.3, 1, n * clips),
           label=rng.choice(EMOTIONS, n * clips))  # fmt: skip
    _write(out, "sounds", n * windows, **place, confidence=rng.uniform(0.3, 1, n * windows),
           label=np.char.mod("sound %d", rng.zipf(1.5, n * windows) % LABELS))  # fmt: skip
    vectors = rng.normal(size=(n * windows, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ends = pa.array(np.arange(n * windows + 1) * DIMENSION, pa.int32())
    embeddings = pa.ListArray.from_arrays(ends, pa.array(vectors.astype(np.float16).astype(np.float32).ravel()))
    _write(out, "embeddings", n * windows, window_id=segment, **place, embedding=embeddings)


def _write(out: Path, name: str, n: int, **values: Sequence | np.ndarray | pa.Array) -> None:
    """The table with what is not given as 0, "made" or null."""
    declared = TABLES[name].schema
    fields = [field.with_nullable(True) for field in declared]
    fields += [pa.field(key, pa.string()) for key in values if key not in declared.names]
    columns = [_column(values.get(field.name), field.type, n) for field in fields]
    folder = out / "current" / name
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), folder / "made.parquet")


def _column(values: Sequence | np.ndarray | pa.Array | None, type: pa.DataType, n: int) -> pa.Array:
    if values is None:
        if pa.types.is_integer(type):
            return pa.array([0] * n, type)
        text = pa.types.is_string(type)
        return pa.array(["made"] * n).cast(type) if text else pa.nulls(n, type)
    made = values if isinstance(values, pa.Array) else pa.array(values)
    return made.cast(type)


if __name__ == "__main__":
    sys.exit(main())
