"""Where the words of a phrase stand in a row, as they were asked for or nearly so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from pipelines.mentions.phrase import Phrase, in_a_row
from pipelines.mentions.words import Spoken
from pipelines.writing.scripts import is_unit


@dataclass(frozen=True)
class Matches:
    """Where a phrase was found among the words of a text, and how exactly.

    Attributes:
        first, last: the words of each mention, both included, int [n].
        distance: 0 for an exact one, int [n].
    """

    first: np.ndarray
    last: np.ndarray
    distance: np.ndarray


def matches(spoken: Spoken, phrase: Phrase) -> Matches:
    """The mentions of a phrase in the order of the words; they do not overlap.

    Exact ones may go on after a short pause in the next segment, others lie in one segment.  The distance is that of
    Levenshtein (letters put in, left out, changed) between the folded texts, the blanks between words counted as
    letters: "acmecola", "a me cola" and "ackme cola" are each 1 away from "acme cola".  Scripts without blanks have
    none to count, and each of their letters may begin a mention.  Where several overlap the nearest stays, of these the
    first, of these the shortest; in scripts without blanks, the one of as many letters as the phrase.
    """
    found = [_exact(spoken, phrase)]
    if phrase.edits:
        found += [_near(spoken, phrase, n) for n in range(1, len(phrase.words) + phrase.edits + 1)]
    first, last, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    beside = abs(last - first + 1 - len(phrase.words)) if any(map(is_unit, phrase.words)) else np.zeros_like(first)
    kept = _apart(first, last, distance, beside)
    word = spoken.word
    return Matches(word[first[kept]], word[last[kept]], distance[kept])


def _exact(spoken: Spoken, phrase: Phrase) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last folded word, and 0."""
    known = {form: number for number, form in enumerate(spoken.forms)}
    wanted = [known.get(word, -1) for word in phrase.words]
    n = len(wanted)
    places = np.arange(max(0, len(spoken.form) - n + 1))
    for k, form in enumerate(wanted):
        at = places + k
        same = spoken.form[at] == form
        if k == n - 1:  # Acme's
            same |= spoken.bare[at] == form
        if k:
            same &= spoken.linked[at]
        places = places[same]
    return places, places + n - 1, np.zeros(len(places), np.int64)


def _near(spoken: Spoken, phrase: Phrase, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of runs of ``n`` folded words in one segment that are 1 to ``edits`` away."""
    lengths = np.array([len(form) for form in spoken.forms], np.int64)
    long = np.concatenate([[0], np.cumsum(lengths[spoken.form])]) if len(spoken.form) else np.zeros(1, np.int64)
    places = np.arange(max(0, len(spoken.form) - n + 1))
    alone = np.array([is_unit(form) for form in spoken.forms], bool)[spoken.form]
    blanks = np.concatenate([[0], np.cumsum(~(alone[1:] | alone[:-1]))]) if len(alone) else np.zeros(1, np.int64)
    total = long[places + n] - long[places] + blanks[places + n - 1] - blanks[places]
    segment = spoken.segment[spoken.word]
    near = (abs(total - len(phrase.text)) <= phrase.edits) & (segment[places] == segment[places + n - 1])
    places = places[near]
    if not len(places):
        return places, places, places
    runs = np.stack([spoken.form[places + k] for k in range(n)], axis=1)
    distinct, which = np.unique(runs, axis=0, return_inverse=True)
    texts = [in_a_row(spoken.forms[forms]) for forms in distinct]
    distances = cpdist(
        texts, [phrase.text] * len(texts), scorer=Levenshtein.distance, score_cutoff=phrase.edits, dtype=np.int64
    )[which.ravel()]
    good = (distances > 0) & (distances <= phrase.edits)
    return places[good], places[good] + n - 1, distances[good]


def _apart(first: np.ndarray, last: np.ndarray, distance: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Which stay, in the order of the words."""
    order = np.lexsort((last, beside, first, distance))
    by_place = np.lexsort((last, first))
    reach = np.maximum.accumulate(last[by_place]) if len(last) else last
    if (first[by_place][1:] > reach[:-1]).all():  # as nearly always: none overlap
        return by_place
    kept: list[int] = []
    taken: set[int] = set()
    for one in order:
        span = range(first[one], last[one] + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(one)
    return np.array(sorted(kept, key=lambda one: first[one]), np.int64)
