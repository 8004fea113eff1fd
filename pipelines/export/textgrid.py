"""Tiers: a TextGrid, as Praat and ELAN open it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from praatio.utilities import textgrid_io

from pipelines.corpus.asked import Corpus
from pipelines.export.speech import Spoken, Stretch, plain, rows_of, spoken_in
from schemas.dimensions import DIMENSIONS

WITHOUT_TEXT = "(speech)"
"""The label of a segment in which nothing was recognised; an empty one would be no interval."""

LABELLED: dict[str, tuple[str, str]] = {
    "emotions": ("emotions", "label"),
    **{name: ("dimensions", f"printf('%.3f', {name})") for name in DIMENSIONS},
    "sounds": ("sounds", "label"),
}
"""Tiers of what a voice or a window sounds like: the table, and what is written of a row, as SQL."""


BOUND = "words until the next"
"""The tier of words of which only the beginnings were heard: Praat shows no notes, but it shows names."""


def files(corpus: Corpus, ids: Sequence[str]) -> Iterator[tuple[str, int, bytes]]:
    """The TextGrids of some recordings: id, how many words, the file.

    Tiers of intervals: ``words``, ``segments`` (their text), ``emotions`` and ``sounds`` (the likeliest class),
    ``arousal``, ``dominance`` and ``valence`` (numbers), those whose tables the corpus has; where channels were kept
    apart, of each channel: ``words (channel 1)``.  A tier of words whose ends are only bounds is :data:`BOUND`.
    """
    spoken = spoken_in(corpus, ids) if "transcripts" in corpus.files else _segments(corpus, ids)
    labelled = {
        tier: _labels(corpus, ids, table, label) for tier, (table, label) in LABELLED.items() if table in corpus.files
    }
    lengths = "SELECT recording_id, duration_ms FROM recordings WHERE recording_id IN (SELECT unnest(?::VARCHAR[]))"
    durations = dict(corpus.sql(lengths, [list(ids)]).fetchall())
    for key in ids:
        channels = sorted({*spoken[key], *(c for found in labelled.values() for c in found[key])}) or [0]
        tiers: dict[str, list[Stretch]] = {}
        for channel in channels:
            own = spoken[key].get(channel, Spoken())
            more = f" (channel {channel})" if channel else ""
            if "transcripts" in corpus.files:
                tiers[f"{BOUND if own.bound else 'words'}{more}"] = own.words
            if "segments" in corpus.files or "transcripts" in corpus.files:
                tiers[f"segments{more}"] = [s._replace(label=s.label or WITHOUT_TEXT) for s in own.segments]
            for name, found in labelled.items():
                tiers[f"{name}{more}"] = found[key].get(channel, [])
        n = sum(len(one.words) for one in spoken[key].values())
        yield key, n, written(tiers, durations[key]).encode()


def written(tiers: dict[str, list[Stretch]], duration_ms: int) -> str:
    """The text of the file, in the long format: every tier tiles the recording, gaps are empty intervals."""
    end = max([duration_ms, 1, *(s.end_ms for tier in tiers.values() for s in tier), *map(len, tiers.values())])
    grid: dict[str, Any] = {"xmin": 0, "xmax": end / 1000, "tiers": []}
    for name, stretches in tiers.items():
        entries = [(s.start_ms / 1000, s.end_ms / 1000, s.label) for s in apart(stretches, end)]
        tier = {"class": "IntervalTier", "name": name, "xmin": 0, "xmax": end / 1000, "entries": entries}
        grid["tiers"].append(tier)
    return textgrid_io.getTextgridAsStr(grid, "long_textgrid", includeBlankSpaces=True)


def apart(stretches: Sequence[Stretch], end_ms: int) -> list[Stretch]:
    """The stretches in order, each at least 1 ms long, none of them over another.

    Two that overlap meet in the middle of what they share: of windows that overlap, each speaks for the times that lie
    nearest to its own middle.

    Args:
        end_ms: of the recording; at least the number of stretches and the end of each.
    """
    ordered = sorted(stretches, key=lambda s: (s.start_ms, s.end_ms))
    starts = [s.start_ms for s in ordered]
    ends = [s.end_ms for s in ordered]
    for at, (one, other) in enumerate(pairwise(ordered)):
        if other.start_ms < one.end_ms:
            ends[at] = starts[at + 1] = (other.start_ms + min(one.end_ms, other.end_ms)) // 2
    for at in range(len(ordered)):  # what has no length pushes on what follows,
        starts[at] = max(starts[at], ends[at - 1] if at else 0)
        ends[at] = max(ends[at], starts[at] + 1)
    limit = end_ms
    for at in range(len(ordered) - 1, -1, -1):  # and at the end of the recording back
        ends[at] = min(ends[at], limit)
        limit = starts[at] = min(starts[at], ends[at] - 1)
    return [Stretch(*times) for times in zip(starts, ends, (s.label for s in ordered), strict=True)]


def _segments(corpus: Corpus, ids: Sequence[str]) -> dict[str, dict[int, Spoken]]:
    """By recording and channel, where somebody speaks, without a text."""
    found: dict[str, dict[int, Spoken]] = {key: {} for key in ids}
    if "segments" in corpus.files:
        for key, channel, start, end in rows_of(corpus, ids, "segments", "start_ms, end_ms"):
            found[key].setdefault(channel, Spoken()).segments.append(Stretch(start, end, ""))
    return found


def _labels(corpus: Corpus, ids: Sequence[str], table: str, written: str) -> dict[str, dict[int, list[Stretch]]]:
    found: dict[str, dict[int, list[Stretch]]] = {key: {} for key in ids}
    for key, channel, start, end, label in rows_of(corpus, ids, table, f"start_ms, end_ms, {written}"):
        found[key].setdefault(channel, []).append(Stretch(start, end, plain(label)))
    return found
