"""What is to be said beside mentions: how many there are, what was not found, what the corpus has no table of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from pipelines.console.numbers import counted
from pipelines.corpus.appearances import Count, Several, in_several_groups, several
from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import Doubtful
from pipelines.corpus.statements import left_out
from pipelines.mentions.doubted import doubtful_notes, taken_in
from pipelines.mentions.vocabulary import near_vocabulary


def notes(
    corpus: Corpus,
    mentions: pd.DataFrame,
    phrases: Sequence[str],
    *,
    fuzzy: bool,
    count: Count = "recordings",
    doubtful: Doubtful = "in",
) -> Iterator[str]:
    """Lines for people.

    Args:
        mentions: of :func:`~pipelines.mentions.find.find_mentions` with the same ``count``, doubtful ones among them.
        doubtful: whether these were taken in.
    """
    every, mentions = mentions, taken_in(mentions, doubtful)
    for table, what in (("emotions", "emotion"), ("sounds", "sounds")):
        if table not in corpus.files and len(mentions):
            yield f"no {what} beside them: {left_out(table)}"
    yield from _bled(corpus)
    for phrase in dict.fromkeys(phrases):
        if not (every["phrase"] == phrase).any():
            near = ", ".join(f"{word} ({n:,})" for word, n in near_vocabulary(corpus, phrase))
            told = f"; near words: {near}{'' if fuzzy else ': try --fuzzy'}" if near else ", nor of words like it"
            yield f"no mention of {phrase!r}{told}"
    lying = several(corpus)
    for phrase in mentions["phrase"].unique():
        found = mentions[mentions["phrase"] == phrase]
        n = int((found["distance"] > 0).sum())
        fuzzy_ones = f", {n:,} fuzzy (~ and the edit distance)" if n else ""
        within = f"{found['recording_id'].nunique():,} of {counted(lying.recordings, 'recording')}"
        if count == "files":
            within = f"{found['file'].nunique():,} of {counted(lying.files, 'file')}, {within}"
        yield f"{phrase}: {counted(len(found), 'mention')} in {within}{fuzzy_ones}"
    yield from doubtful_notes(corpus, every, doubtful)
    yield from _counting(lying, count)


def counting(corpus: Corpus, by: Sequence[str], count: Count) -> list[str]:
    """What was counted of contents that several files hold; nothing where there are none."""
    lying = several(corpus)
    return [*_counting(lying, count), *(groups_notes(corpus, by, count) if lying.in_several else ())]


def groups_notes(corpus: Corpus, by: Sequence[str], count: Count) -> Iterator[str]:
    """Lines about recordings whose files lie in several groups of a column, where these count once in each."""
    for column in dict.fromkeys(by) if count == "recordings" else ():
        if n := in_several_groups(corpus, column):
            lie = "1 recording lies" if n == 1 else f"{n:,} recordings lie"
            yield f"{lie} in several groups of {column}, counted once in each: groups add up to more than all"


def _bled(corpus: Corpus) -> Iterator[str]:
    """How many segments have no words of their own, where there are some."""
    if "bleed_of" not in corpus.columns.get("segments", ()):  # a corpus of before
        return
    n = corpus.sql("SELECT count(*) FROM segments WHERE bleed_of IS NOT NULL").fetchall()[0][0]
    if n:
        yield (
            f"left out: {counted(n, 'segment')} of speech that bled over from another channel (segments.bleed_of); "
            "what is said counts on that channel alone"
        )


def _counting(lying: Several, count: Count) -> Iterator[str]:
    """What was counted, where there is a difference."""
    if not lying.in_several:
        return
    lie = "lies" if lying.in_several == 1 else "lie"
    held = (
        f"{lying.in_several:,} of {counted(lying.recordings, 'recording')} {lie} in several files, "
        f"of {counted(lying.files, 'file')}"
    )
    if count == "files":
        yield f"counted: files, each with its own columns; {held}"
    else:
        yield f"counted: recordings, each once; {held}: --count files counts each file"
