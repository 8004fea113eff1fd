"""What is to be said beside mentions: how many there are, what was not found, what the corpus has no table of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from pipelines.console.numbers import counted
from pipelines.corpus.asked import Corpus
from pipelines.corpus.statements import left_out
from pipelines.mentions.vocabulary import near_vocabulary


def notes(corpus: Corpus, mentions: pd.DataFrame, phrases: Sequence[str], *, fuzzy: bool) -> Iterator[str]:
    """Lines for people."""
    for table, what in (("emotions", "emotion"), ("sounds", "sounds")):
        if table not in corpus.files and len(mentions):
            yield f"no {what} beside them: {left_out(table)}"
    for phrase in dict.fromkeys(phrases):
        if not (mentions["phrase"] == phrase).any():
            near = ", ".join(f"{word} ({n:,})" for word, n in near_vocabulary(corpus, phrase))
            told = f"; near words: {near}{'' if fuzzy else ': try --fuzzy'}" if near else ", nor of words like it"
            yield f"no mention of {phrase!r}{told}"
    recordings = corpus.sql("SELECT count(*) FROM recordings").fetchall()[0][0]
    for phrase in mentions["phrase"].unique():
        found = mentions[mentions["phrase"] == phrase]
        n = int((found["distance"] > 0).sum())
        fuzzy_ones = f", {n:,} fuzzy (~ and the edit distance)" if n else ""
        within = f"{found['recording_id'].nunique():,} of {counted(recordings, 'recording')}"
        yield f"{phrase}: {counted(len(found), 'mention')} in {within}{fuzzy_ones}"
