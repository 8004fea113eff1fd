"""Words in rows: a sheet of each recording, as spreadsheets and statistics programs read CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from pipelines.corpus.asked import Corpus
from pipelines.export.speech import rows_of
from pipelines.files.cells import spreadsheet
from pipelines.writing.scripts import clusters, is_unspaced
from schemas.dimensions import DIMENSIONS

COLUMNS = ("recording_id", "file", "channel", "start", "end", "word", "confidence", "end_is", "doubtful")
"""Times in seconds from the start of the recording; doubts with a blank between them."""
OF_TABLES: dict[str, tuple[str, ...]] = {
    "emotions": ("emotion", "emotion_confidence"),
    "dimensions": DIMENSIONS,
    "sounds": ("sound", "sound_confidence"),
}
"""Columns that are there where the table is."""


def files(corpus: Corpus, ids: Sequence[str]) -> Iterator[tuple[str, int, bytes]]:
    """The sheets of some recordings: id, how many words, the file; a row is a word, in the order of time."""
    own = [column for table, columns in OF_TABLES.items() if table in corpus.files for column in columns]
    doubts = "array_to_string(doubtful, ' ') AS doubtful"
    asked = ", ".join(("start_ms", "end_ms", "word", "confidence", "end_is", doubts, *own))
    rows: dict[str, list[Any]] = {key: [] for key in ids}
    for key, *row in rows_of(corpus, ids, "moments", asked, "start_ms, end_ms, segment_id, position"):
        rows[key].append(row)
    rows = {key: whole(of) for key, of in rows.items()}
    question = "SELECT recording_id, uri FROM recordings WHERE recording_id IN (SELECT unnest(?::VARCHAR[]))"
    uris = dict(corpus.sql(question, [list(ids)]).fetchall())
    for key in ids:
        yield key, len(rows[key]), written(key, uris[key], own, rows[key])


def whole(rows: Sequence[Any]) -> list[Any]:
    """The rows, those of words that share a letter as one: a sign of a vowel stands with what it is written on.

    Its confidence is the mean; what else stands there is of the first.
    """
    found: list[list[Any]] = []
    shared: list[list[float]] = []
    for row in rows:
        channel, _, end, word, confidence, *_ = row
        last = found[-1] if found else None
        if (
            last
            and last[0] == channel
            and is_unspaced(last[3])
            and len(clusters(last[3][-8:] + word[:1])) == len(clusters(last[3][-8:]))
        ):
            last[2], last[3] = max(last[2], end), last[3] + word
            shared[-1].append(confidence)
            last[4] = sum(shared[-1]) / len(shared[-1])
        else:
            found.append(list(row))
            shared.append([confidence])
    return found


def written(recording_id: str, uri: str, own: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The file.

    Args:
        own: the columns that come after :data:`COLUMNS`.
        rows: channel, start_ms, end_ms, word, confidence, end_is, doubtful, and those columns.
    """
    file = BytesIO()
    with spreadsheet(file) as sheet:
        sheet.row([*COLUMNS, *own])
        for channel, start, end, word, confidence, *more in rows:
            times = (f"{start / 1000:.3f}", f"{end / 1000:.3f}")
            cells = [f"{value:.4f}" if isinstance(value, float) else value for value in (word, confidence, *more)]
            sheet.row([recording_id, uri, channel, *times, *cells])
    return file.getvalue()
