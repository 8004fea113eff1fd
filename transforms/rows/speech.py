"""Rows of the tables over speech."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from schemas.catalog import TABLES
from schemas.dimensions import DIMENSIONS
from schemas.records import Segment
from schemas.table import Table
from transforms.features.framing import HOP, RATE_HZ
from transforms.features.prosody import Prosody, prosody
from transforms.languages import code_of
from transforms.rows.answers import Answers
from transforms.rows.batch import stretch_columns, to_batch, vectors
from transforms.rows.doubts import doubts, with_loops

SAMPLES_A_MS = RATE_HZ // 1000
MOST_LANGUAGES = 10
"""Of a segment: checkpoints tell thousands apart, nearly all with a probability of nothing."""


def segment_rows(segments: Sequence[Segment]) -> pa.RecordBatch:
    """Rows of ``segments``: where somebody speaks, and how surely."""
    probabilities = [float(s.speech.mean()) for s in segments]
    own = {"speech_probability": probabilities, "bleed_of": [s.bleed_of for s in segments]}
    return to_batch(TABLES["segments"], {**_of_segments(segments), **own})


def prosody_rows(segments: Sequence[Segment]) -> pa.RecordBatch:
    """Rows of ``prosody``: the melody, loudness and pace of each segment."""
    heard = [prosody(s.samples, s.speech, s.pitch, -(s.place.start_ms * SAMPLES_A_MS) % HOP) for s in segments]
    columns = {f.name: [getattr(h, f.name) for h in heard] for f in dataclasses.fields(Prosody)}
    return to_batch(TABLES["prosody"], {**_of_segments(segments), **columns})


def transcript_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``transcripts``; the times of the words become times of the recording, inside the segment."""
    words = []
    for clip, result in zip(answers.clips, answers.results, strict=True):
        start, end = clip.place.start_ms, clip.place.end_ms
        words.append(
            [
                {
                    "word": w.word,
                    "start_ms": min(start + w.start_ms, end),
                    "end_ms": min(start + w.end_ms, end),
                    "confidence": w.confidence,
                    "end_is": w.end_is,
                }
                for w in result.words
            ]
        )
    return to_batch(
        table,
        {
            **_of_answers(answers),
            "text": [r.text for r in answers.results],
            "words": words,
            "language": [r.language for r in answers.results],
            "confidence": [r.confidence for r in answers.results],
            **_judged(answers),
        },
    )


def _judged(answers: Answers) -> dict[str, list]:
    """The columns by which transcripts are judged, and the judgement."""
    said = [with_loops(result) for result in answers.results]
    lengths = [(clip.place.end_ms - clip.place.start_ms) / 1000 for clip in answers.clips]
    return {
        "no_speech_probability": [one.no_speech_probability for one in said],
        "mean_log_probability": [one.mean_log_probability if one.text else None for one in said],
        "compression_ratio": [one.compression_ratio if one.text else None for one in said],
        "doubtful": [
            doubts(one, seconds, clip.speech_probability)
            for one, seconds, clip in zip(said, lengths, answers.clips, strict=True)
        ],
    }


def language_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``languages``: the most probable languages of each segment, likeliest first.

    Labels of a checkpoint that mean one language (Mandarin is Chinese) are added up; one that is no code stays.
    """
    found = []
    for scores in answers.results:
        summed: dict[str, float] = {}
        for label, probability in zip(scores.labels, scores.probabilities, strict=True):
            language = code_of(label) or label
            summed[language] = summed.get(language, 0.0) + float(probability)
        found.append(sorted(summed.items(), key=lambda pair: -pair[1])[:MOST_LANGUAGES])
    return to_batch(
        table,
        {
            **_of_answers(answers),
            "language": [languages[0][0] for languages in found],
            "confidence": [min(languages[0][1], 1.0) for languages in found],
            "probabilities": [
                [{"language": language, "probability": min(p, 1.0)} for language, p in languages] for languages in found
            ],
        },
    )


def emotion_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``emotions``: every class with its probability."""
    results = answers.results
    best = [int(np.argmax(r.probabilities)) for r in results]
    return to_batch(
        table,
        {
            **_of_answers(answers),
            "label": [r.labels[i] for r, i in zip(results, best, strict=True)],
            "confidence": [float(r.probabilities[i]) for r, i in zip(results, best, strict=True)],
            "probabilities": [
                [{"label": label, "probability": float(p)} for label, p in zip(r.labels, r.probabilities, strict=True)]
                for r in results
            ],
        },
    )


def dimension_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``dimensions``: arousal, dominance and valence, as the model gives them."""
    columns = {name: [getattr(result, name) for result in answers.results] for name in DIMENSIONS}
    return to_batch(table, {**_of_answers(answers), **columns})


def speaker_rows(table: Table, answers: Answers) -> pa.RecordBatch:
    """Rows of ``speakers``; the vectors are of unit length, float32 [dimension]."""
    return to_batch(
        table,
        {
            **_of_answers(answers),
            "embedding": vectors(answers.results, table.schema.field("embedding").type),
        },
    )


def _of_segments(segments: Sequence[Segment]) -> dict[str, list]:
    return {"segment_id": [s.place.id for s in segments], **stretch_columns(s.place for s in segments)}


def _of_answers(answers: Answers) -> dict[str, list]:
    """The columns of a clip, of the segment that it was cut from, and of the model that heard it."""
    return {
        "segment_id": [clip.parent or clip.place.id for clip in answers.clips],
        **stretch_columns(clip.place for clip in answers.clips),
        "model": [answers.model] * len(answers.clips),
    }


ROWS = {
    "segments": segment_rows,
    "prosody": prosody_rows,
}
ANSWERS = {
    "transcripts": transcript_rows,
    "languages": language_rows,
    "emotions": emotion_rows,
    "dimensions": dimension_rows,
    "speakers": speaker_rows,
}
