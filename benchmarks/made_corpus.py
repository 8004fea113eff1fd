"""A published corpus of made-up rows, of the size that questions are to be fast at.

Tables lie as runs leave them: many files of whole recordings, sorted, row groups and encodings of the project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from schemas.catalog import TABLES
from schemas.columns import label
from schemas.table import Table
from transforms.shards import GROUP_BYTES, GROUP_ROWS, open_table

SEGMENT_MS, CLIP_MS, WINDOW_MS = 10_000, 5_000, 10_000
WORDS = 10
"""In a segment of 10 s; two emotion clips in it: 20M words make 4M clips."""
SEGMENTS = 360
"""Of a recording: an hour."""
A_FILE = 500
"""Recordings in a file."""
VOCABULARY = 200_000
BRAND = (("acme",), ("Acme",), ("acme", "cola"), ("Acme's",), ("ackme", "cola"), ("akme",), ("a", "me", "cola"))
"""How the brand is written: three parts in a hundred thousand of all words each."""
BRANDED = 3e-5
REGIONS = ("north", "south", "east", "west", None)
EMOTIONS = ("neu", "hap", "ang", "sad")
SOUNDS = ("Speech", "Music", "Rain", "Vehicle", "Dog", "Wind", "Crowd", "Silence")
TAGS = 5
SPOKEN = "made@000000000000/fp32"
REGION = label("region", "where", nullable=True)


@dataclass(frozen=True)
class Made:
    """How much there is."""

    recordings: int
    words: int
    emotions: int


def write_corpus(out: Path, words: int, seed: int = 0) -> Made:
    """Publish ``words`` words, rounded up to whole recordings, in OUT/current.

    Words are pseudo-words by Zipf's law, written as Whisper writes: a capital first, a full stop last, commas.
    """
    n = -(-words // (SEGMENTS * WORDS))
    random = np.random.default_rng(seed)
    vocabulary = _vocabulary(random)
    snapshot = out / "snapshots" / "made"
    for number, first in enumerate(range(0, n, A_FILE)):
        ids = [f"{key:032x}" for key in range(first, min(first + A_FILE, n))]
        for table, rows in (
            (
                TABLES["recordings"].with_columns([label("region", "where", nullable=True)]),
                iter([_recordings(ids, random)]),
            ),
            (TABLES["transcripts"], _transcripts(ids, vocabulary, random)),
            (TABLES["emotions"], _scored(ids, CLIP_MS, "probabilities", EMOTIONS, len(EMOTIONS), random)),
            (TABLES["sounds"], _scored(ids, WINDOW_MS, "tags", SOUNDS, TAGS, random)),
        ):
            _write(snapshot / table.name, number, table, rows)
    (out / "current").symlink_to("snapshots/made")
    return Made(n, n * SEGMENTS * WORDS, n * SEGMENTS * SEGMENT_MS // CLIP_MS)


def _vocabulary(random: np.random.Generator) -> np.ndarray:
    """Words of one to four syllables, the commonest first and short; object [VOCABULARY]."""
    syllables = np.array([c + v + e for c in "bcdfghklmnprstvw" for v in "aeiou" for e in ("", "n", "r", "s")])
    lengths = 1 + np.minimum(
        3, np.log10(1 + np.arange(VOCABULARY)).astype(int) // 2 + random.integers(0, 2, VOCABULARY)
    )
    parts = syllables[random.integers(len(syllables), size=(VOCABULARY, 4))]
    return np.array(["".join(p[:k]) for p, k in zip(parts, lengths, strict=True)], dtype=object)


def _recordings(ids: list[str], random: np.random.Generator) -> dict[str, pa.Array]:
    n = len(ids)
    values = {
        "recording_id": ids,
        "uri": [f"/archive/{key[-6:]}.flac" for key in ids],
        "container": ["flac"] * n,
        "codec": ["flac"] * n,
        "sample_rate_hz": [16_000] * n,
        "channels": [1] * n,
        "duration_ms": [SEGMENTS * SEGMENT_MS] * n,
        "clipped_share": [0.0] * n,
        "run_id": ["made"] * n,
        "region": [REGIONS[i] for i in random.integers(len(REGIONS), size=n)],
    }
    return {name: pa.array(value) for name, value in values.items()}


def _transcripts(ids: list[str], vocabulary: np.ndarray, random: np.random.Generator) -> Iterator[dict[str, pa.Array]]:
    for key in ids:
        drawn = random.zipf(1.2, (SEGMENTS, WORDS)).astype(np.uint64) % VOCABULARY
        said = vocabulary[drawn]
        for spelling in BRAND:
            for _ in range(random.poisson(BRANDED * said.size)):
                at, word = random.integers(SEGMENTS), random.integers(WORDS - len(spelling) + 1)
                said[at, word : word + len(spelling)] = spelling
        said[:, 0] = [word[:1].upper() + word[1:] for word in said[:, 0]]
        said[:, WORDS // 2] += ","
        said[:, -1] += "."
        starts = np.arange(SEGMENTS) * SEGMENT_MS
        word_starts = (starts[:, None] + np.arange(WORDS) * (SEGMENT_MS // WORDS)).ravel()
        values = [
            pa.array(said.ravel(), pa.string()),
            pa.array(word_starts, pa.int32()),
            pa.array(word_starts + 400, pa.int32()),
            pa.array(random.uniform(0.3, 1, said.size), pa.float32()),
            pa.array(["measured"] * said.size, pa.string()),
        ]
        yield {
            **_place(key, starts, SEGMENT_MS),
            "text": pa.array([" ".join(row) for row in said]),
            "words": _lists("transcripts", "words", values, WORDS),
            "language": pa.array(["en"] * SEGMENTS),
            "confidence": pa.array(random.uniform(0.3, 1, SEGMENTS), pa.float32()),
            "model": pa.array([SPOKEN] * SEGMENTS),
        }


def _scored(
    ids: list[str], stretch_ms: int, column: str, labels: tuple[str, ...], k: int, random: np.random.Generator
) -> Iterator[dict[str, pa.Array]]:
    """Rows of emotions or sounds: the ``k`` likeliest of the labels."""
    for key in ids:
        n = SEGMENTS * SEGMENT_MS // stretch_ms
        scores = random.dirichlet(np.full(len(labels), 0.6), n).astype(np.float32)
        order = np.argsort(-scores, axis=1)[:, :k]
        ranked = np.take_along_axis(scores, order, axis=1)
        names = np.array(labels, dtype=object)
        # Emotions list every class in the model's order, sounds the likeliest first.
        shown = (names[order], ranked) if k < len(labels) else (np.tile(names, (n, 1)), scores)
        values = [pa.array(shown[0].ravel(), pa.string()), pa.array(shown[1].ravel(), pa.float32())]
        yield {
            **_place(key, np.arange(n) * stretch_ms, stretch_ms),
            "label": pa.array(names[order[:, 0]], pa.string()),
            "confidence": pa.array(ranked[:, 0]),
            column: _lists("emotions" if column == "probabilities" else "sounds", column, values, k),
            "model": pa.array([SPOKEN] * n),
        }


def _place(key: str, starts: np.ndarray, stretch_ms: int) -> dict[str, pa.Array]:
    segments = starts // SEGMENT_MS * SEGMENT_MS
    return {
        "segment_id": pa.array([f"{key}/0/{at}" for at in segments]),
        "window_id": pa.array([f"{key}/0/{at}" for at in starts]),
        "recording_id": pa.array([key] * len(starts)),
        "channel": pa.array(np.zeros(len(starts), np.int16)),
        "start_ms": pa.array(starts, pa.int32()),
        "end_ms": pa.array(starts + stretch_ms, pa.int32()),
    }


def _lists(table: str, column: str, values: list[pa.Array], k: int) -> pa.Array:
    inner = TABLES[table].schema.field(column).type.value_type
    ends = pa.array(np.arange(len(values[0]) // k + 1) * k, pa.int32())
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(values, fields=list(inner)))


def _write(folder: Path, number: int, table: Table, pieces: Iterator[dict[str, pa.Array]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    held: list[pa.Table] = []
    with open_table(folder / f"made-{number:04}.parquet", table) as writer:

        def flush() -> None:
            if held:
                rows = pa.concat_tables(held).combine_chunks()
                writer.write_table(rows, row_group_size=max(1, rows.num_rows))
                held.clear()

        for piece in pieces:
            columns = [_column(piece, field) for field in table.schema]
            held.append(pa.Table.from_arrays(columns, schema=table.schema))
            if sum(rows.nbytes for rows in held) >= GROUP_BYTES or sum(map(len, held)) >= GROUP_ROWS:
                flush()
        flush()


def _column(piece: dict[str, pa.Array], field: pa.Field) -> pa.Array:
    if field.name not in piece:
        return pa.nulls(len(piece["recording_id"]), field.type)
    values = piece[field.name]
    return values.cast(field.type)
