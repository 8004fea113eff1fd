"""How the user's own columns part the recordings."""

from __future__ import annotations

import pandas as pd

from pipelines.corpus.asked import Corpus
from pipelines.sql import quoted
from pipelines.statistics.distinctive import bare_sql

GROUPS_AT_MOST = 12
"""A column with more values than this is not a grouping but a name."""


def grouping_columns(corpus: Corpus) -> list[str]:
    """Metadata columns that part the recordings into 2 to :data:`GROUPS_AT_MOST` groups, no dates."""
    chosen = []
    for name in corpus.own:
        q = quoted(name)
        n, dates, all_ = corpus.sql(
            f"SELECT count(DISTINCT {q}), count(TRY_CAST({q}::VARCHAR AS DATE)), count({q}) FROM recordings"
        ).fetchall()[0]
        if 2 <= n <= GROUPS_AT_MOST and dates < all_:
            chosen.append(name)
    return chosen


def date_column(corpus: Corpus) -> str | None:
    """The first metadata column whose values are all dates, as text or typed."""
    for name in corpus.own:
        q = quoted(name)
        dates, all_ = corpus.sql(
            f"SELECT count(TRY_CAST({q}::VARCHAR AS DATE)), count({q}) FROM recordings"
        ).fetchall()[0]
        if all_ and dates == all_:
            return name
    return None


def counts_by(corpus: Corpus, column: str) -> pd.DataFrame:
    """How often each recording says each word, and its group of a metadata column.

    Returns: columns group ("(none)" without a value), recording_id, word, said.
    """
    return corpus.sql(f"""
        WITH said AS (
            SELECT coalesce(CAST(r.{quoted(column)} AS VARCHAR), '(none)') AS "group", r.recording_id,
                   unnest([{bare_sql("w.word")} FOR w IN t.words]) AS word
            FROM transcripts t JOIN recordings r USING (recording_id))
        SELECT "group", recording_id, word, count(*) AS said FROM said WHERE word <> '' GROUP BY ALL ORDER BY ALL
        """).df()
