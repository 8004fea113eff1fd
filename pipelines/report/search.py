"""What was said, as the page of the corpus searches it."""

from __future__ import annotations

from typing import Any

from pipelines.corpus.asked import Corpus
from pipelines.writing.line import Line
from pipelines.writing.scripts import is_unspaced

MOST_SEARCHED = 20_000
"""Rows that the page holds: some MB; more would make it slow to open."""


def searched(corpus: Corpus) -> dict[str, Any] | None:
    """Stretches of speech as rows of recording, start, text, emotion, doubts; None where there are none."""
    if "transcripts" not in corpus.files:
        return None
    with_emotion = "emotions" in corpus.files
    rows = corpus.sql(f"""
        WITH t AS (
            SELECT t.*, r.uri, count(*) OVER () AS of_all FROM transcripts t JOIN recordings r USING (recording_id)
            WHERE t.text <> '' ORDER BY r.uri, t.start_ms LIMIT {MOST_SEARCHED})
        SELECT t.recording_id, t.start_ms, t.text,
               {"arg_max(e.label, e.end_ms - e.start_ms)" if with_emotion else "NULL"},
               any_value(array_to_string(t.doubtful, ', ')), max(of_all)
        FROM t {"LEFT JOIN emotions e USING (segment_id)" if with_emotion else ""}
        GROUP BY t.recording_id, t.uri, t.channel, t.start_ms, t.text ORDER BY t.uri, t.start_ms""").fetchall()
    if not rows:
        return None
    return {"rows": [(*row[:2], _as_written(row[2]), *row[3:5]) for row in rows], "left": rows[0][5] - len(rows)}


def _as_written(text: str) -> str:
    return Line.of(text.split(), text).text if is_unspaced(text) else text
