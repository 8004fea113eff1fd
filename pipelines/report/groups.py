"""How the user's own columns part the recordings."""

from __future__ import annotations

import pandas as pd

from pipelines.corpus.appearances import groups_sql, view_of
from pipelines.corpus.asked import Corpus
from pipelines.mentions.unspaced import UNSPACED, unspaced_words
from pipelines.sql import quoted
from pipelines.statistics.distinctive import bare_sql

GROUPS_AT_MOST = 12
"""A column with more values than this is not a grouping but a name."""

SHOWN = 5
"""Values of the files of one recording."""


def grouping_columns(corpus: Corpus) -> list[str]:
    """Metadata columns that part the recordings into 2 to :data:`GROUPS_AT_MOST` groups, no dates."""
    chosen = []
    for name in corpus.own:
        q = quoted(name)
        n, dates, all_ = corpus.sql(
            f"SELECT count(DISTINCT {q}), count(TRY_CAST({q}::VARCHAR AS DATE)), count({q}) FROM {view_of(corpus)}"
        ).fetchall()[0]
        if 2 <= n <= GROUPS_AT_MOST and dates < all_:
            chosen.append(name)
    return chosen


def date_column(corpus: Corpus) -> str | None:
    """The first metadata column whose values are all dates, as text or typed."""
    for name in corpus.own:
        q = quoted(name)
        dates, all_ = corpus.sql(
            f"SELECT count(TRY_CAST({q}::VARCHAR AS DATE)), count({q}) FROM {view_of(corpus)}"
        ).fetchall()[0]
        if all_ and dates == all_:
            return name
    return None


def group_sql(column: str) -> str:
    """The group of an appearance ``a`` by a metadata column, for :func:`~pipelines.corpus.appearances.groups_sql`."""
    return f"nfc_normalize(CAST(a.{quoted(column)} AS VARCHAR))"


def values_sql(column: str) -> str:
    """What the files of a recording have in a metadata column, as one text: of more than :data:`SHOWN`, the first."""
    said = f"list_sort(list(DISTINCT CAST({quoted(column)} AS VARCHAR)) FILTER ({quoted(column)} IS NOT NULL))"
    return f"array_to_string({said}[:{SHOWN}], '; ') || CASE WHEN len({said}) > {SHOWN} THEN '; ...' ELSE '' END"


def counts_by(corpus: Corpus, column: str) -> pd.DataFrame:
    """How often each recording says each word, and its group of a metadata column; several groups, several rows.

    Returns: columns group ("(none)" without a value), recording_id, word, said.
    """
    return corpus.sql(
        f"""
        WITH said AS (
            SELECT recording_id, unnest([{bare_sql("w.word")} FOR w IN words]) AS word FROM transcripts
            WHERE NOT {UNSPACED}),
        counted AS (
            SELECT recording_id, word, count(*) AS said FROM said WHERE word <> '' GROUP BY ALL
            UNION ALL FROM unspaced)
        SELECT g."group", recording_id, word, sum(said)::BIGINT AS said
        FROM counted JOIN ({groups_sql(corpus, group_sql(column), "recordings")}) g USING (recording_id)
        GROUP BY ALL ORDER BY ALL""",
        beside={"unspaced": unspaced_words(corpus)},
    ).df()
