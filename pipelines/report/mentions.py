"""How often phrases are said, by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.corpus.asked import AskedCorpus
from pipelines.mentions.matches import matches
from pipelines.mentions.phrase import phrase_of
from pipelines.mentions.words import near_words
from pipelines.sql import quoted
from pipelines.statistics.intervals import ratio_interval


def mention_shares(corpus: AskedCorpus, phrases: Sequence[str], column: str, *, as_month: bool = False) -> pd.DataFrame:
    """Mentions over words, of each phrase in each group of a metadata column.

    Mentions are what ``earwitness mentions`` lists.

    Returns: columns group, label (the phrase), share, low, high, recordings; groups without a word are left out.

    Raises:
        ConfigError: a phrase without a letter.
    """
    group = f"r.{quoted(column)}"
    shown = f"strftime(TRY_CAST({group}::VARCHAR AS DATE), '%Y-%m')" if as_month else f"CAST({group} AS VARCHAR)"
    dated = f"AND {shown} IS NOT NULL" if as_month else ""
    said = corpus.sql(f"""
        SELECT coalesce({shown}, '(none)') AS "group", t.recording_id, sum(len(t.words))::DOUBLE AS words
        FROM transcripts t JOIN recordings r USING (recording_id) WHERE len(t.words) > 0 {dated}
        GROUP BY ALL ORDER BY ALL""").df()

    def ask(question: str, parameters: Sequence[Any]) -> pa.Table:
        return corpus.sql(question, parameters).to_arrow_table()

    wanted = [phrase_of(phrase) for phrase in dict.fromkeys(phrases)]
    spoken = near_words(ask, wanted)
    rows = []
    for phrase in wanted:
        times = Counter(spoken.recordings[spoken.segment[matches(spoken, phrase).first]])
        said["found"] = [float(times[key]) for key in said["recording_id"]]
        having = said.loc[said["found"] > 0, "found"]
        each = having.mean() if len(having) else 1.0
        for name, mine in said.groupby("group"):
            found, words = mine["found"].to_numpy(), mine["words"].to_numpy()
            low, high = ratio_interval(found, words, "count", each)
            rows.append((name, phrase.asked, found.sum() / words.sum(), low, high, len(mine)))
    return pd.DataFrame(rows, columns=["group", "label", "share", "low", "high", "recordings"])
