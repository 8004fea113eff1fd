"""Rows of the tables over speech."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from schemas.catalog import TABLES
from schemas.records import Clip, Scores, Segment, Transcript
from schemas.table import Table
from transforms.features.prosody import Prosody, prosody
from transforms.rows.batch import stretch_columns, to_batch, vectors


def segment_tables(segments: Sequence[Segment], tables: Sequence[str]) -> dict[str, pa.RecordBatch]:
    """The rows of each of ``tables`` (segments, prosody) for ``segments``."""
    places = {
        "segment_id": [s.place.id for s in segments],
        **stretch_columns(s.place for s in segments),
    }
    made: dict[str, pa.RecordBatch] = {}
    if "segments" in tables:
        probabilities = [float(s.speech.mean()) for s in segments]
        made["segments"] = to_batch(TABLES["segments"], {**places, "speech_probability": probabilities})
    if "prosody" in tables:
        heard = [prosody(s.samples, s.speech) for s in segments]
        columns = {f.name: [getattr(h, f.name) for h in heard] for f in dataclasses.fields(Prosody)}
        made["prosody"] = to_batch(TABLES["prosody"], {**places, **columns})
    return made


def transcript_rows(table: Table, clips: Sequence[Clip], results: Sequence[Transcript], model: str) -> pa.RecordBatch:
    """Rows of ``transcripts``; the times of the words become times of the recording, inside the segment."""
    words = []
    for clip, result in zip(clips, results, strict=True):
        start, end = clip.place.start_ms, clip.place.end_ms
        words.append(
            [
                {
                    "word": w.word,
                    "start_ms": min(start + w.start_ms, end),
                    "end_ms": min(start + w.end_ms, end),
                    "confidence": w.confidence,
                }
                for w in result.words
            ]
        )
    return to_batch(
        table,
        {
            **_of_segments(clips),
            "text": [r.text for r in results],
            "words": words,
            "language": [r.language for r in results],
            "confidence": [r.confidence for r in results],
            "model": [model] * len(clips),
        },
    )


def emotion_rows(table: Table, clips: Sequence[Clip], results: Sequence[Scores], model: str) -> pa.RecordBatch:
    """Rows of ``emotions``: every class with its probability."""
    best = [int(np.argmax(r.probabilities)) for r in results]
    return to_batch(
        table,
        {
            **_of_segments(clips),
            "label": [r.labels[i] for r, i in zip(results, best, strict=True)],
            "confidence": [float(r.probabilities[i]) for r, i in zip(results, best, strict=True)],
            "probabilities": [
                [{"label": label, "probability": float(p)} for label, p in zip(r.labels, r.probabilities, strict=True)]
                for r in results
            ],
            "model": [model] * len(clips),
        },
    )


def speaker_rows(table: Table, clips: Sequence[Clip], results: Sequence[np.ndarray], model: str) -> pa.RecordBatch:
    """Rows of ``speakers``; the vectors are of unit length, float32 [dimension]."""
    return to_batch(
        table,
        {
            **_of_segments(clips),
            "embedding": vectors(results, table.schema.field("embedding").type),
            "model": [model] * len(clips),
        },
    )


def _of_segments(clips: Sequence[Clip]) -> dict[str, list]:
    return {
        "segment_id": [c.parent or c.place.id for c in clips],
        **stretch_columns(c.place for c in clips),
    }
