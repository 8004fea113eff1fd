"""What was said in recordings, in order, some recordings at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from pipelines.corpus.asked import Corpus

AT_ONCE = 200
"""Recordings that are asked for together: one question a recording would cost milliseconds each."""


class Stretch(NamedTuple):
    """A label from ``start_ms`` to ``end_ms`` of the recording: a word, a segment, a window."""

    start_ms: int
    end_ms: int
    label: str


@dataclass
class Spoken:
    """One channel of a recording.

    Attributes:
        words: in the order of the transcript, none of them empty.
        segments: with their text.
    """

    words: list[Stretch] = field(default_factory=list)
    segments: list[Stretch] = field(default_factory=list)


def batches(ids: Sequence[str]) -> Iterator[list[str]]:
    """The ids in order, :data:`AT_ONCE` at a time: what lies together in the tables is read together."""
    rest = iter(sorted(ids))
    while some := list(islice(rest, AT_ONCE)):
        yield some


def rows_of(corpus: Corpus, ids: Sequence[str], table: str, columns: str, order: str = "start_ms") -> list[Any]:
    """The rows of some recordings, by recording, channel and ``order``.

    Args:
        ids: in order.
    """
    question = f"""
        SELECT recording_id, channel, {columns} FROM {table}
        WHERE recording_id BETWEEN ? AND ? AND recording_id IN (SELECT unnest(?::VARCHAR[]))
        ORDER BY recording_id, channel, {order}"""  # BETWEEN lets it pass over the rest of a sorted file
    return corpus.sql(question, [ids[0], ids[-1], list(ids)]).fetchall() if ids else []


def spoken_in(corpus: Corpus, ids: Sequence[str]) -> dict[str, dict[int, Spoken]]:
    """By recording and channel, what was said; channels in which nothing was are left out."""
    found: dict[str, dict[int, Spoken]] = {key: {} for key in ids}
    for key, channel, start, end, text, words in rows_of(corpus, ids, "transcripts", "start_ms, end_ms, text, words"):
        spoken = found[key].setdefault(channel, Spoken())
        spoken.segments.append(Stretch(start, end, plain(text)))
        for word in words:
            if label := plain(word["word"]):
                spoken.words.append(Stretch(word["start_ms"], word["end_ms"], label))
    return found


def plain(text: str) -> str:
    """Text on one line: runs of white space are one space, control characters are left out."""
    return "".join(c for c in " ".join(text.split()) if unicodedata.category(c) != "Cc")
