"""Corpora of a few rows written by hand, for the tests that ask them: every number is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.catalog import TABLES
from schemas.columns import label
from schemas.dimensions import DIMENSIONS

CALL, STREET = "a" * 32, "b" * 32
MODEL = "m@1/fp32"


def write_corpus(out: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]], name: str = "1") -> Path:
    """Publish the rows as OUT/current; gives the snapshot."""
    snapshot = out / "snapshots" / name
    for table, rows in tables.items():
        (snapshot / table).mkdir(parents=True)
        schema = TABLES[table].with_columns([METADATA]).schema if table == "recordings" else TABLES[table].schema
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), snapshot / table / "0.parquet")
    current = out / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(snapshot.relative_to(out))
    return snapshot


METADATA = label("region", "the user's own", nullable=True)


def recording(id: str, uri: str, region: str | None, channels: int = 1) -> dict[str, Any]:
    return {
        "recording_id": id,
        "uri": uri,
        "container": "wav",
        "codec": "pcm_s16",
        "sample_rate_hz": 16000,
        "channels": channels,
        "duration_ms": 20_000,
        "clipped_share": 0.0,
        "run_id": "r",
        "region": region,
    }


def transcript(id: str, channel: int, words: Sequence[tuple[str, int, int, float]]) -> dict[str, Any]:
    start, end = words[0][1], words[-1][2]
    return {
        "segment_id": f"{id}/{channel}/{start}",
        "recording_id": id,
        "channel": channel,
        "start_ms": start,
        "end_ms": end,
        "text": " ".join(word[0] for word in words),
        "words": [dict(zip(("word", "start_ms", "end_ms", "confidence"), word, strict=True)) for word in words],
        "confidence": 0.9,
        "model": MODEL,
    }


def _scores(name: str, scores: Mapping[str, float]) -> dict[str, Any]:
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    return {
        "label": ranked[0][0],
        "confidence": ranked[0][1],
        name: [{"label": label, "probability": p} for label, p in ranked],
        "model": MODEL,
    }


def emotion(id: str, channel: int, start: int, end: int, **scores: float) -> dict[str, Any]:
    place = {"recording_id": id, "channel": channel, "start_ms": start, "end_ms": end}
    return {"segment_id": f"{id}/{channel}/0", **place, **_scores("probabilities", scores)}


def dimensions(id: str, channel: int, start: int, end: int, *values: float) -> dict[str, Any]:
    """Arousal, dominance and valence of a clip."""
    place = {"recording_id": id, "channel": channel, "start_ms": start, "end_ms": end}
    return {"segment_id": f"{id}/{channel}/0", **place, **dict(zip(DIMENSIONS, values, strict=True)), "model": MODEL}


def language(id: str, channel: int, start: int, end: int, **scores: float) -> dict[str, Any]:
    """What a segment is spoken in, the likeliest first."""
    place = {"recording_id": id, "channel": channel, "start_ms": start, "end_ms": end}
    best = max(scores, key=scores.__getitem__)
    likely = [{"language": code, "probability": share} for code, share in scores.items()]
    said = {"language": best, "confidence": scores[best], "probabilities": likely, "model": MODEL}
    return {"segment_id": f"{id}/{channel}/0", **place, **said}


def sound(id: str, channel: int, start: int, end: int, **scores: float) -> dict[str, Any]:
    place = {"recording_id": id, "channel": channel, "start_ms": start, "end_ms": end}
    return {"window_id": f"{id}/{channel}/{start}", **place, **_scores("tags", scores)}


def embedding(id: str, channel: int, start: int, end: int, vector: Sequence[float]) -> dict[str, Any]:
    place = {"recording_id": id, "channel": channel, "start_ms": start, "end_ms": end}
    return {"window_id": f"{id}/{channel}/{start}", **place, "embedding": list(vector), "model": MODEL}


def speaker_label(id: str, channel: int, start: int, end: int, local: str | None, over: str | None) -> dict[str, Any]:
    place = {"recording_id": id, "channel": channel, "start_ms": start, "end_ms": end}
    return {
        "segment_id": f"{id}/{channel}/0",
        **place,
        "recording_speaker": local,
        "corpus_speaker": over,
        "assigned": "clustered" if local else "none",
        "evidence": "voice and channel" if channel else "voice",
        "threshold": 0.5,
        "model": MODEL,
    }


def example() -> dict[str, list[dict[str, Any]]]:
    """A call with its two parties apart, and a mix from the street; one failure."""
    return {
        "recordings": [
            recording(CALL, "/calls/call.wav", "north", 2),
            recording(STREET, "/street/it's <b>.mp3", None),
        ],
        "transcripts": [
            transcript(CALL, 1, [("acme", 1000, 2000, 0.9), ("cola", 3900, 4300, 0.8), ("is", 9500, 10_700, 0.7)]),
            transcript(CALL, 2, [("Acme", 2500, 3000, 0.6)]),
            transcript(STREET, 0, [("five", 0, 10, 0.5), ("<i>", 15_000, 15_500, 0.4)]),
        ],
        "emotions": [
            emotion(CALL, 1, 1000, 4000, neu=0.8, ang=0.2),
            emotion(CALL, 1, 4000, 5000, neu=0.4, ang=0.6),
            emotion(CALL, 2, 2000, 3000, neu=0.1, ang=0.9),
            emotion(STREET, 0, 0, 12_000, neu=0.5, ang=0.5),
        ],
        "sounds": [
            sound(CALL, 1, 0, 10_000, Speech=0.7, Music=0.3),
            sound(CALL, 1, 10_000, 20_000, Music=0.9, Speech=0.1),
            sound(STREET, 0, 10_000, 20_000, Rain=1.0),
        ],
        "embeddings": [embedding(CALL, 1, 0, 10_000, (0.6, 0.8)), embedding(STREET, 0, 10_000, 20_000, (1.0, 0.0))],
        "errors": [
            {"uri": "/x.wav", "stage": "decode", "reason": "undecodable", "message": "no audio in it", "run_id": "r"}
        ],
    }
