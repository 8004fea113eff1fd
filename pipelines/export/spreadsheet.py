"""Words in rows: CSV, as spreadsheets and statistics programs read it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.corpus import AskedCorpus
from pipelines.export.spoken import rows_of

NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?")
"""What begins like a formula and is none."""

COLUMNS = ("recording_id", "file", "channel", "start", "end", "word", "confidence")
"""Times in seconds from the start of the recording."""
OF_TABLES = {"emotions": ("emotion", "emotion_confidence"), "sounds": ("sound", "sound_confidence")}
"""Columns that are there where the table is."""


def files(corpus: AskedCorpus, ids: Sequence[str]) -> Iterator[tuple[str, int, bytes]]:
    """The sheets of some recordings: id, how many words, the file; a row is a word, in the order of time."""
    own = [column for table, columns in OF_TABLES.items() if table in corpus.files for column in columns]
    asked = ", ".join(("start_ms", "end_ms", "word", "confidence", *own))
    rows: dict[str, list[Any]] = {key: [] for key in ids}
    for key, *row in rows_of(corpus, ids, "moments", asked, "start_ms, end_ms, segment_id, position"):
        rows[key].append(row)
    question = "SELECT recording_id, uri FROM recordings WHERE recording_id IN (SELECT unnest(?::VARCHAR[]))"
    uris = dict(corpus.sql(question, [list(ids)]).fetchall())
    for key in ids:
        yield key, len(rows[key]), written(key, uris[key], own, rows[key])


def written(recording_id: str, uri: str, own: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The file, in UTF-8 with the byte order mark without which Excel takes it for something else.

    Args:
        own: the columns that come after :data:`COLUMNS`.
        rows: channel, start_ms, end_ms, word, confidence, and those columns.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *own])
    for channel, start, end, word, confidence, *more in rows:
        times = (f"{start / 1000:.3f}", f"{end / 1000:.3f}")
        cells = [_cell(value) for value in (word, confidence, *more)]
        writer.writerow([recording_id, _cell(uri), channel, *times, *cells])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would compute as a formula gets an apostrophe in front (OWASP, CSV injection)."""
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) and not NUMBER.fullmatch(value):
        return "'" + value
    return value
