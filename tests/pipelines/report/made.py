"""Corpora of a few rows, written as the declared schemas have them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.catalog import TABLES

NOW = datetime.datetime(2026, 5, 4, 3, 2, tzinfo=datetime.UTC)


def write_table(out: Path, name: str, rows: Sequence[Mapping[str, Any]], own: Sequence[pa.Field] = ()) -> None:
    """Rows with what they leave out filled in: null, 0 or ""."""
    schema = pa.schema([*TABLES[name].schema, *own])
    folder = out / "current" / name
    folder.mkdir(parents=True)
    filled = [{field.name: blank(field) for field in schema} | dict(row) for row in rows]
    pq.write_table(pa.Table.from_pylist(filled, schema=schema), folder / "one.parquet")


def blank(field: pa.Field) -> Any:
    """What a column holds that nobody asks about: null, 0 or ""."""
    if field.nullable:
        return None
    if pa.types.is_list(field.type):
        return []
    if pa.types.is_timestamp(field.type):
        return NOW
    if pa.types.is_string(field.type):
        return ""
    return False if pa.types.is_boolean(field.type) else 0


def key_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def write_corpus(
    out: Path,
    said: Mapping[str, str],
    metadata: Mapping[str, Mapping[str, str]] | None = None,
    leave_out: Sequence[str] = (),
    label: str = "neu",
    times: Mapping[str, Sequence[int]] | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Recordings of 60 s, a segment of speech in each, a word every half second.

    Args:
        said: URI to what is said.
        metadata: column to URI to value.
        leave_out: tables that are not written.
        label: of every emotion and sound.
        times: URI to when its words begin, in milliseconds, if not every half second.
        files: URI to what is otherwise in its row of ``recordings``.
    """
    own = [pa.field(name, pa.string()) for name in metadata or {}]
    recordings, read, segments, transcripts, emotions, sounds, embeddings = ([] for _ in range(7))
    rng = np.random.default_rng(0)
    for uri, text in said.items():
        key = key_of(uri)
        values = {name: of.get(uri) for name, of in (metadata or {}).items()}
        recordings.append({"recording_id": key, "uri": uri, "container": "wav", "codec": "pcm_s16",
                           "sample_rate_hz": 16000, "channels": 1, "duration_ms": 60000, "speech_share": 0.5,
                           **(files or {}).get(uri, {}), **values})  # fmt: skip
        read.append({"uri": uri, "recording_id": key, "status": "complete"})
        place = {"recording_id": key, "channel": 0, "start_ms": 1000, "end_ms": 31000, "segment_id": f"{key}-0-1000"}
        segments.append(place)
        spoken = text.split()
        starts = (times or {}).get(uri, range(1000, 1000 + 500 * len(spoken), 500))
        words = [
            {"word": word, "start_ms": start, "end_ms": start + 500, "confidence": 0.9}
            for word, start in zip(spoken, starts, strict=True)
        ]
        transcripts.append(place | {"text": text, "words": words, "model": "t@1/fp32"})
        emotions.append(place | {"label": label, "confidence": 0.7, "model": "e@1/fp32"})
        for start in range(0, 60000, 10000):
            window = {"recording_id": key, "channel": 0, "start_ms": start, "end_ms": start + 10000}
            sounds.append(window | {"label": label, "confidence": 0.5, "model": "s@1/fp32"})
            vector = rng.normal(size=8)
            vector = (vector / np.linalg.norm(vector)).astype(np.float16).astype(np.float32)
            embeddings.append(
                window | {"window_id": f"{key}-0-{start}", "embedding": list(vector), "model": "c@1/fp32"}
            )
    runs = [{"run_id": "1", "started": NOW, "finished": NOW, "config": "{}"}]
    for name, rows in {
        "recordings": recordings, "files": read, "segments": segments, "transcripts": transcripts,
        "emotions": emotions, "sounds": sounds, "embeddings": embeddings, "errors": [], "runs": runs,
    }.items():  # fmt: skip
        if name not in leave_out:
            write_table(out, name, rows, own if name == "recordings" else ())
