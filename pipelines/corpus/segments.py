"""What the machine made of each segment of speech: transcript, emotion, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.corpus.appearances import Count, groups_sql, links, view_of
from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import KEPT, Doubtful
from pipelines.errors import CommandError
from pipelines.sql import quoted
from schemas.catalog import nearest
from schemas.errors import UsageError


@dataclass(frozen=True)
class Heard:
    """A segment.

    Attributes:
        file: the recording's ``uri``, or another file that holds it and is there now.
        group: of the metadata column that was asked for, as text; empty where there is no value.
        transcript: None where the corpus has none of it.
        emotion: the class with the greatest mean probability over the segment's stretches, weighted by their
            lengths; None where the corpus has none.
        doubtful: why the transcript may be made up, in codes; empty where nothing speaks against it.
    """

    segment_id: str
    recording_id: str
    file: str
    channel: int
    start_ms: int
    end_ms: int
    group: str
    transcript: str | None
    emotion: str | None
    doubtful: Sequence[str] = ()


def segments_of(
    corpus: Corpus,
    by: str | None = None,
    ids: Sequence[str] | None = None,
    count: Count = "recordings",
    doubtful: Doubtful = "in",
) -> list[Heard]:
    """Segments in the order of their ids: all, or those of some ids.

    Args:
        by: of a recording whose files lie in several groups, each segment is there once for each group.
        count: ``files``: each segment is there once for each file that holds it, with that file's group.
        doubtful: leave out segments whose transcript may be made up, or take no others.

    Raises:
        CommandError: the corpus has no segments.
        UsageError: ``recordings`` has no column ``by``.
    """
    if not _has_rows(corpus, "segments"):
        raise CommandError("the corpus holds no segments of speech")
    if by is not None and by not in corpus.columns["recordings"]:
        raise UsageError(f"--by {by}: no column of recordings{nearest(by, corpus.columns['recordings'])}")
    lying = _lying(corpus, by, count)
    transcript, doubts, emotion, joins = "NULL", "[]::VARCHAR[]", "NULL", ""
    if _has_rows(corpus, "transcripts"):
        joins += " LEFT JOIN transcripts t USING (segment_id)"
        transcript, doubts = "t.text", "coalesce(t.doubtful, [])"
    if _has_rows(corpus, "emotions"):
        joins += f" LEFT JOIN ({_EMOTION}) e USING (segment_id)"
        emotion = "e.label"
    question = (
        f'SELECT segment_id, s.recording_id, r.uri, s.channel, s.start_ms, s.end_ms, r."group", {transcript}, '
        f"{emotion}, {doubts} AS doubtful FROM segments s JOIN ({lying}) r USING (recording_id){joins} "
        f"WHERE {KEPT[doubtful]} AND (? OR segment_id IN "
        '(SELECT unnest(?::VARCHAR[]))) ORDER BY segment_id, r."group", r.uri'
    )
    found = [Heard(*row) for row in corpus.sql(question, [ids is None, list(ids or ())]).fetchall()]
    if count == "files":
        return found
    opened = links(corpus, {heard.recording_id: heard.file for heard in found})
    return [replace(heard, file=opened[heard.recording_id]) for heard in found]


def _lying(corpus: Corpus, by: str | None, count: Count) -> str:
    """A SELECT of recording_id, uri and group."""
    if count == "files":
        return f"""SELECT recording_id, uri, {_group_of(by)} AS "group" FROM {view_of(corpus)} AS a"""
    if by is not None and by in corpus.own:
        groups = groups_sql(corpus, f"a.{quoted(by)}::VARCHAR", count, "")
        return f"""SELECT recording_id, r.uri, g."group" FROM ({groups}) g JOIN recordings r USING (recording_id)"""
    return f"""SELECT recording_id, uri, {_group_of(by)} AS "group" FROM recordings AS a"""


def _group_of(by: str | None) -> str:
    return "''" if by is None else f"coalesce(a.{quoted(by)}::VARCHAR, '')"


def labels_of(corpus: Corpus) -> list[str]:
    """The classes of the emotion models that the corpus was made with; none where it holds no emotions."""
    if not _has_rows(corpus, "emotions"):
        return []
    question = "SELECT DISTINCT label FROM emotion_probabilities ORDER BY 1"
    return [label for (label,) in corpus.sql(question).fetchall()]


_EMOTION = """
    SELECT segment_id, first(label ORDER BY weight DESC, label) AS label FROM (
        SELECT segment_id, label, sum(probability * (end_ms - start_ms)) AS weight
        FROM emotion_probabilities GROUP BY ALL
    ) GROUP BY segment_id
"""


def _has_rows(corpus: Corpus, table: str) -> bool:
    return table in corpus.files and bool(corpus.sql(f"FROM {table} LIMIT 1").fetchall())
