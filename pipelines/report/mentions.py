"""How often phrases are said, by group."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from pipelines.corpus import AskedCorpus
from pipelines.expectations import quoted
from pipelines.report.shares import ratio_interval
from pipelines.report.words import bare, bare_sql


def mention_shares(corpus: AskedCorpus, phrases: Sequence[str], column: str, *, as_month: bool = False) -> pd.DataFrame:
    """Mentions over words, of each phrase in each group of a metadata column.

    A phrase is found where its words stand one after the other in a segment, whatever their case and the punctuation
    around them.

    Returns: columns group, label (the phrase), share, low, high, recordings; groups without a word are left out.
    """
    group = f"r.{quoted(column)}"
    shown = f"strftime(TRY_CAST({group}::VARCHAR AS DATE), '%Y-%m')" if as_month else f"CAST({group} AS VARCHAR)"
    dated = f"AND {shown} IS NOT NULL" if as_month else ""
    said = corpus.sql(f"""
        SELECT coalesce({shown}, '(none)') AS "group", t.recording_id,
               array_to_string([{bare_sql("w.word")} FOR w IN t.words], ' ') AS text, len(t.words) AS words
        FROM transcripts t JOIN recordings r USING (recording_id) WHERE len(t.words) > 0 {dated}""").df()
    rows = []
    for phrase in phrases:
        said["found"] = count_phrase(said["text"], phrase)
        each = said.groupby(["group", "recording_id"], as_index=False)[["found", "words"]].sum()
        for name, mine in each.groupby("group"):
            found, words = mine["found"].to_numpy(), mine["words"].to_numpy()
            low, high = ratio_interval(found, words)
            rows.append((name, phrase, found.sum() / words.sum(), low, high, len(mine)))
    return pd.DataFrame(rows, columns=["group", "label", "share", "low", "high", "recordings"])


def count_phrase(texts: pd.Series, phrase: str) -> pd.Series:
    """How often the words of a phrase stand one after the other in each text; mentions do not overlap.

    Args:
        texts: bare words (see :func:`~pipelines.report.words.bare`) with blanks between them.
    """
    asked = " ".join(word for word in map(bare, phrase.split()) if word)
    if not asked:
        return pd.Series(0, texts.index)
    # The blanks are looked at, not taken, so that a mention right behind another is seen, too.
    return texts.str.count(f"(?<![^ ]){re.escape(asked)}(?![^ ])")
