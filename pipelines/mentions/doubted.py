"""Mentions in transcripts that may be made up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.console.numbers import counted
from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import Doubtful, doubted
from pipelines.mentions.words import Spoken

SIGN = "?"
"""Stands behind the time of a mention that may be made up."""
MAY_BE = "in transcripts that may be made up"


def doubts_of(spoken: Spoken, first: int, stop: int) -> list[str]:
    """Why the words from ``first`` to before ``stop`` may be made up: what is said of the rows that they stand in."""
    rows = np.unique(spoken.segment[first:stop])
    return list(dict.fromkeys(code for row in rows for code in spoken.doubtful[row]))


def taken_in(mentions: pd.DataFrame, doubtful: Doubtful) -> pd.DataFrame:
    """The rows with a column ``doubtful`` that an answer takes in."""
    if doubtful == "in":
        return mentions
    kept = mentions["doubtful"].map(bool) == (doubtful == "only")
    return mentions[kept.astype(bool)].reset_index(drop=True)


def doubtful_notes(corpus: Corpus, mentions: pd.DataFrame, doubtful: Doubtful) -> Iterator[str]:
    """What became of mentions that may be made up, where there are any.

    Args:
        mentions: all, whatever was taken in.
    """
    n = int(mentions["doubtful"].map(bool).sum())
    if n and doubtful == "in":
        of = f"{n:,} of {counted(len(mentions), 'mention')}"
        yield f"doubtful: {of}, {MAY_BE} ({SIGN}): --doubtful out leaves them out"
    elif n and doubtful == "out":
        yield f"left out: {counted(n, 'mention')} {MAY_BE}: --doubtful in takes them in, only shows them alone"
    elif doubtful == "only" and (rest := len(mentions) - n):
        yield f"left out: {counted(rest, 'mention')} that nothing speaks against: --doubtful in takes them in"
    if doubtful != "in" and (known := doubted(corpus)) and known.unjudged:
        yield f"not judged: {counted(known.unjudged, 'transcript')} of earlier versions, which count as not doubtful"
