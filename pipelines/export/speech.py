"""What was said in recordings, in order, some recordings at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any, NamedTuple

from rich.cells import cell_len

from pipelines.corpus.asked import Corpus
from pipelines.writing.line import Line
from pipelines.writing.scripts import between, breaks, clusters, is_unspaced

AT_ONCE = 200
"""Recordings that are asked for together: one question a recording would cost milliseconds each."""


LINE = 42
"""Columns of a line; of East Asian signs, which are two wide, half as many (Netflix Timed Text Style Guide)."""


class Stretch(NamedTuple):
    """A label from ``start_ms`` to ``end_ms`` of the recording: a word, a segment, a window.

    A word that is ``glued`` stands without a blank behind the one before it.
    """

    start_ms: int
    end_ms: int
    label: str
    glued: bool = False


@dataclass
class Spoken:
    """One channel of a recording.

    Attributes:
        words: in the order of the transcript, none of them empty, no letter (grapheme cluster) in two of them.
        pieces: the same for lines: of scripts without blanks, what stands between places where a line may end.
        segments: with their text.
        bound: the end of a word is only where the next one begins, see ``end_is`` of the words.
    """

    words: list[Stretch] = field(default_factory=list)
    pieces: list[Stretch] = field(default_factory=list)
    segments: list[Stretch] = field(default_factory=list)
    bound: bool = False


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
        said = [Stretch(w["start_ms"], w["end_ms"], label) for w in words if (label := plain(w["word"]))]
        spoken.bound |= any(w.get("end_is") == "bound" for w in words)
        written = plain(text)
        if is_unspaced(written):
            line = Line.of([word.label for word in said], written)
            spoken.words += whole_words(said, line)
            parts = pieces(said, line)
            if spoken.pieces and parts and not between(spoken.pieces[-1].label, parts[0].label):
                parts[0] = parts[0]._replace(glued=True)
            spoken.pieces += parts
            written = line.text or Line.of(written.split(), written).text
        else:
            spoken.words += said
            spoken.pieces += said
        spoken.segments.append(Stretch(start, end, written))
    return found


def whole_words(words: Sequence[Stretch], line: Line) -> list[Stretch]:
    """The words, those of them as one that share a letter: a sign of a vowel stands with what it is written on."""
    found: list[Stretch] = []
    for run in runs(line):
        label = "".join(words[i].label for i in run)
        found.append(Stretch(words[run[0]].start_ms, max(words[i].end_ms for i in run), label))
    return found


def runs(line: Line) -> Iterator[list[int]]:
    """The numbers of the words of a line, those together that share a letter."""
    run: list[int] = []
    at = 0
    for letter in clusters(line.text):
        owners = sorted({line.owners[i] for i in range(at, at + len(letter)) if not line.text[i].isspace()})
        at += len(letter)
        if run and owners and owners[0] > run[-1]:
            yield run
            run = []
        run += [owner for owner in owners if owner not in run]
    if run:
        yield run


def pieces(words: Sequence[Stretch], line: Line) -> list[Stretch]:
    """What stands between the places where a line may end, with its times."""
    times = [(word.start_ms, word.end_ms) for word in words]
    found: list[Stretch] = []
    for begin, end in pairwise(breaks(line.text)):
        part = line.text[begin:end]
        label = part.strip()
        if not label:
            continue
        at = begin + part.index(label)
        cuts = [at, at + len(label)] if cell_len(label) <= LINE or not is_unspaced(label) else _cut(label, at)
        for a, b in pairwise(cuts):
            glued = a > 0 and not line.text[a - 1].isspace() and bool(found)
            found.append(Stretch(*line.span(a, b, times), line.text[a:b], glued))
    return found


def _cut(label: str, at: int) -> list[int]:
    """Between all letters of what no line can hold."""
    return [at, *(at := at + len(letter) for letter in clusters(label))]


def plain(text: str) -> str:
    """Text on one line: runs of white space are one space, control characters are left out."""
    return "".join(c for c in " ".join(text.split()) if unicodedata.category(c) != "Cc")
