"""What the machine made of each segment of speech: transcript, emotion, and where it lies."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.expectations import quoted
from pipelines.failure import RunError
from schemas.catalog import nearest
from schemas.config import ConfigError


@dataclass(frozen=True)
class Heard:
    """A segment.

    Attributes:
        file: the recording's ``uri``.
        group: of the metadata column that was asked for, as text; empty where there is no value.
        transcript: None where the corpus has none of it.
        emotion: the class with the greatest mean probability over the segment's stretches, weighted by their
            lengths; None where the corpus has none.
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


def segments_of(snapshot: Path, by: str | None = None, ids: Sequence[str] | None = None) -> list[Heard]:
    """Segments in the order of their ids: all, or those of some ids.

    Raises:
        RunError: the corpus has no segments.
        ConfigError: ``recordings`` has no column ``by``.
    """
    if not _paths(snapshot, "segments"):
        raise RunError("the corpus holds no segments of speech")
    columns = pq.read_schema(next((snapshot / "recordings").glob("*.parquet"))).names
    if by is not None and by not in columns:
        raise ConfigError(f"--by {by}: no column of recordings{nearest(by, columns)}")
    group = f"coalesce(r.{quoted(by)}::VARCHAR, '')" if by is not None else "''"
    transcript, emotion, joins, files = "NULL", "NULL", "", []
    if _paths(snapshot, "transcripts"):
        joins += " LEFT JOIN read_parquet(?, hive_partitioning = false) t USING (segment_id)"
        transcript = "t.text"
        files.append(_paths(snapshot, "transcripts"))
    if _paths(snapshot, "emotions"):
        joins += f" LEFT JOIN ({_EMOTION}) e USING (segment_id)"
        emotion = "e.label"
        files.append(_paths(snapshot, "emotions"))
    wanted = "" if ids is None else " WHERE segment_id IN (SELECT unnest(?::VARCHAR[]))"
    sql = (
        f"SELECT segment_id, s.recording_id, r.uri, s.channel, s.start_ms, s.end_ms, {group}, {transcript}, {emotion} "
        "FROM read_parquet(?, hive_partitioning = false) s "
        f"JOIN read_parquet(?, hive_partitioning = false) r USING (recording_id){joins}{wanted} ORDER BY segment_id"
    )
    given = [_paths(snapshot, "segments"), _paths(snapshot, "recordings"), *files, *([list(ids)] if ids else [])]
    if ids is not None and not ids:
        return []
    with duckdb.connect() as duck:
        return [Heard(*row) for row in duck.execute(sql, given).fetchall()]


_EMOTION = """
    SELECT segment_id, first(label ORDER BY weight DESC, label) AS label FROM (
        SELECT segment_id, p.label AS label, sum(p.probability * (end_ms - start_ms)) AS weight
        FROM (
            SELECT segment_id, start_ms, end_ms, unnest(probabilities) AS p
            FROM read_parquet(?, hive_partitioning = false)
        ) GROUP BY ALL
    ) GROUP BY segment_id
"""


def _paths(snapshot: Path, table: str) -> list[str]:
    found = sorted((snapshot / table).glob("*.parquet"))
    return [glob.escape(str(path)) for path in found if pq.read_metadata(path).num_rows]
