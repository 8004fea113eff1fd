"""Which words set a group apart."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from pipelines.corpus import AskedCorpus
from pipelines.expectations import quoted

LEAST_SAID = 5
PRIOR_WORDS = 1000.0


def bare(word: str) -> str:
    """The word in small letters without the punctuation around it, which Whisper writes."""
    kept = [i for i, letter in enumerate(word) if unicodedata.category(letter)[0] in "LMN"]
    return word[kept[0] : kept[-1] + 1].lower() if kept else ""


def bare_sql(word: str) -> str:
    """:func:`bare` of an expression of SQL."""
    return rf"regexp_replace(lower({word}), '^[^\p{{L}}\p{{M}}\p{{N}}]+|[^\p{{L}}\p{{M}}\p{{N}}]+$', '', 'g')"


def distinctive(counts: pd.DataFrame, n: int = 12) -> pd.DataFrame:
    """The words that a group says more than the others do.

    The log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi and Quinn (2008, "Fightin' Words",
    equations 15 to 22): the prior is the whole corpus's words scaled to 1,000, the score is the difference of log-odds
    over its standard deviation (z).  Rare words cannot win by chance, common ones not by being common.

    Args:
        counts: columns ``group``, ``word``, ``said``.
        n: words for each group.

    Returns: columns group, word, z, said, of words above z = 1.96 said at least 5 times, the highest first.
    """
    if counts.empty:
        return pd.DataFrame(columns=["group", "word", "z", "said"])
    table = counts.pivot_table(index="word", columns="group", values="said", aggfunc="sum", fill_value=0)
    said = table.to_numpy(np.float64)
    everywhere = said.sum(axis=1, keepdims=True)
    prior = everywhere / everywhere.sum() * PRIOR_WORDS
    others = everywhere - said

    def log_odds(count: np.ndarray) -> np.ndarray:
        total = count.sum(axis=0, keepdims=True) + PRIOR_WORDS
        return np.log((count + prior) / (total - count - prior))

    variance = 1 / (said + prior) + 1 / (others + prior)
    z = (log_odds(said) - log_odds(others)) / np.sqrt(variance)
    rows = [
        (group, table.index[i], z[i, k], int(said[i, k]))
        for k, group in enumerate(table.columns)
        for i in np.argsort(-z[:, k], kind="stable")[: 4 * n]
        if z[i, k] > 1.96 and said[i, k] >= LEAST_SAID
    ]
    found = pd.DataFrame(rows, columns=["group", "word", "z", "said"])
    return found.groupby("group", sort=False).head(n).reset_index(drop=True)


def counts_by(corpus: AskedCorpus, column: str) -> pd.DataFrame:
    """How often each group of a metadata column says each word: columns group, word, said."""
    return corpus.sql(f"""
        WITH said AS (
            SELECT coalesce(CAST(r.{quoted(column)} AS VARCHAR), '(none)') AS "group",
                   unnest([{bare_sql("w.word")} FOR w IN t.words]) AS word
            FROM transcripts t JOIN recordings r USING (recording_id))
        SELECT "group", word, count(*) AS said FROM said WHERE word <> '' GROUP BY ALL ORDER BY ALL""").df()
