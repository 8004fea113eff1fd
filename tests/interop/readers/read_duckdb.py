"""DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from answers import Rows, answer

Asked = Mapping[str, Any]


def read(folder: str) -> Rows:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/*.parquet')")
    return [dict(zip(found.columns, row)) for row in found.fetchall()]  # noqa: B905


def _sql(asked: Asked, question: str, *given: str) -> list[tuple[Any, ...]]:
    for name, table in asked["tables"].items():
        if name.isidentifier():
            duckdb.sql(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{table['folder']}/*.parquet')")
    return duckdb.execute(question, list(given)).fetchall()


def _column(asked: Asked, question: str, *given: str) -> list[Any]:
    return sorted(row[0] for row in _sql(asked, question, *given))


def joined(asked: Asked) -> Any:
    return sorted(
        _sql(
            asked,
            """
            WITH said AS (SELECT segment_id, recording_id, text FROM transcripts),
                 mood AS (SELECT segment_id, start_ms, label AS emotion, confidence AS sure FROM emotions)
            SELECT segment_id, start_ms, region, emotion, sure, text
            FROM said JOIN mood USING (segment_id)
                 JOIN (SELECT recording_id, region FROM recordings) USING (recording_id)
            """,
        )
    )


def texts(asked: Asked) -> Any:
    most = asked["most"]
    return {
        "upper": _column(asked, "SELECT upper(label) FROM emotions"),
        "glued": _column(asked, "SELECT label || '/' || model FROM emotions"),
        "begins": _column(asked, "SELECT count(*) FROM emotions WHERE recording_id LIKE ? || '%'", asked["begins"])[0],
        "contains": _column(asked, "SELECT count(*) FROM emotions WHERE label LIKE '%a%'")[0],
        "largest": _column(asked, "SELECT max(label) FROM emotions")[0],
        "kept": _column(asked, "SELECT CASE WHEN label <> ? THEN label ELSE 'other' END FROM emotions", most),
        "filled": _column(asked, "SELECT coalesce(recording_id, 'none') FROM files"),
        "groups": dict(_sql(asked, "SELECT label, count(*) FROM emotions WHERE label = ? GROUP BY label", most)),
    }


def one_recording(asked: Asked) -> Any:
    return _column(asked, "SELECT window_id FROM windows WHERE recording_id = ?", asked["one"])


def probability(asked: Asked) -> Any:
    return _column(asked, "SELECT map_from_entries(probabilities)[?] FROM emotions", asked["most"])


answer(read, {"joined": joined, "texts": texts, "one_recording": one_recording, "probability": probability})
