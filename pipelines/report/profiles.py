"""How voices and surroundings sound, by group and over time: shares of labels, or means of numbers, with intervals."""

from __future__ import annotations

import pandas as pd

from pipelines.corpus.appearances import Count, groups_sql, view_of
from pipelines.corpus.asked import Corpus
from pipelines.report.groups import group_sql
from pipelines.sql import quoted
from pipelines.statistics.means import means
from pipelines.statistics.shares import shares
from schemas.dimensions import DIMENSIONS

LABELS = 8
"""Labels that are shown; AudioSet has 527, and the rest would be a carpet."""

EVERYTHING = "whole corpus"
FORMATS = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}


def profile(corpus: Corpus, table: str, column: str | None = None, count: Count = "recordings") -> pd.DataFrame:
    """The share of the time of ``emotions`` or ``sounds`` that bears each label, by a metadata column.

    Of ``dimensions`` the mean of each.

    Returns: what :func:`shares` returns, of the commonest labels; of ``dimensions`` what :func:`means` returns.
    """
    return _shares(corpus, table, groups_sql(corpus, group_sql(column) if column else f"'{EVERYTHING}'", count))


def over_time(corpus: Corpus, table: str, date: str, count: Count = "recordings") -> tuple[pd.DataFrame, str]:
    """The same by year, month or day of the recordings, whichever gives 3 to 60 points, and which of them it is."""
    day = f"TRY_CAST(a.{quoted(date)}::VARCHAR AS DATE)"
    for unit, pattern in FORMATS.items():
        different = f"SELECT count(DISTINCT strftime({day}, '{pattern}')) FROM {view_of(corpus)} a"
        if corpus.sql(different).fetchall()[0][0] >= 3 or unit == "day":
            break
    return _shares(corpus, table, groups_sql(corpus, f"strftime({day}, '{pattern}')", count, None)), unit


def through_recordings(corpus: Corpus, table: str, count: Count = "recordings") -> pd.DataFrame:
    """The same by tenths of the recordings: how emotions move from the first to the last minute."""
    tenth = "least(9, (x.start_ms + x.end_ms) * 5 // greatest(1, r.duration_ms))"
    lying = groups_sql(corpus, "''", count)
    found = _shares(corpus, table, lying, f"printf('%02d', ({tenth})::INT * 10)", "r.duration_ms >= 60000")
    return found.assign(group=found["group"].astype(int) + 5) if len(found) else found


def _shares(corpus: Corpus, table: str, lying: str, group: str = 'g."group"', where: str = "true") -> pd.DataFrame:
    if table == "dimensions":
        return _means(corpus, lying, group, where)
    parts = corpus.sql(f"""
        WITH common AS (
            SELECT label FROM {table} GROUP BY label ORDER BY sum(end_ms - start_ms) DESC, label LIMIT {LABELS})
        SELECT {group} AS "group", x.recording_id, CASE WHEN c.label IS NULL THEN 'other' ELSE x.label END AS label,
               sum((x.end_ms - x.start_ms) * g.times)::DOUBLE AS part
        FROM {table} x JOIN recordings r USING (recording_id) JOIN ({lying}) g USING (recording_id)
             LEFT JOIN common c ON c.label = x.label
        WHERE {where} GROUP BY ALL ORDER BY ALL""").df()
    return shares(parts)


def _means(corpus: Corpus, lying: str, group: str, where: str) -> pd.DataFrame:
    parts = corpus.sql(f"""
        WITH x AS (
            SELECT *, greatest(end_ms - start_ms, 1)::DOUBLE AS ms
            FROM (UNPIVOT dimensions ON {", ".join(DIMENSIONS)} INTO NAME label VALUE number))
        SELECT {group} AS "group", x.recording_id, x.label, sum(x.number * x.ms * g.times)::DOUBLE AS part,
               sum(x.ms * g.times)::DOUBLE AS whole
        FROM x JOIN recordings r USING (recording_id) JOIN ({lying}) g USING (recording_id)
        WHERE {where} GROUP BY ALL ORDER BY ALL""").df()
    return means(parts)
