"""Which words set a group of recordings apart.  What, why, and how often it is wrong: docs/statistics.md."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, diags_array

from pipelines.statistics.intervals import FEWEST

LEAST_SAID = 5
LEAST_RECORDINGS = 3
"""Of the group, in which a word has to occur."""
CHANCE = 0.05
"""In how many reports of recordings that chance has put into groups at most any word is shown."""
RELABELLINGS = 99
VALUES_AT_ONCE = 4_000_000
"""Of a table of relabellings and words: some 32 MB, of which ten are there at a time."""
COLUMNS = ["group", "word", "t", "said", "recordings", "of"]


def bare(word: str) -> str:
    """The word in small letters without the punctuation around it, which Whisper writes."""
    kept = [i for i, letter in enumerate(word) if unicodedata.category(letter)[0] in "LMN"]
    return word[kept[0] : kept[-1] + 1].lower() if kept else ""


def bare_sql(word: str) -> str:
    """:func:`bare` of an expression of SQL."""
    return rf"regexp_replace(lower({word}), '^[^\p{{L}}\p{{M}}\p{{N}}]+|[^\p{{L}}\p{{M}}\p{{N}}]+$', '', 'g')"


@dataclass(frozen=True)
class _Counts:
    """How often recordings say words.

    Attributes:
        said: float [recordings, words].
        words: in each recording, those that are not compared too, float [recordings].
    """

    said: csr_array
    words: np.ndarray

    @cached_property
    def sums(self) -> tuple[csr_array, csr_array, csr_array]:
        """The counts, their squares, and they times the recording's words."""
        return self.said, self.said.power(2), csr_array(diags_array(self.words) @ self.said)

    def t(self, groups: np.ndarray) -> np.ndarray:
        """How far each group's rate of each word lies above that of all others, in standard errors.

        Args:
            groups: 1 where a recording is in the group, float [groups, recordings].

        Returns: float [groups, words].
        """
        inside, squares, products = ((part.T @ groups.T).T for part in self.sums)
        lengths = np.stack([np.ones_like(self.words), self.words, self.words**2])
        there = (groups @ lengths.T).T[:, :, None]
        everywhere = [part.sum(axis=0) for part in self.sums]
        rate, variance = _rate(inside, squares, products, there)
        outside = [one - part for one, part in zip(everywhere, (inside, squares, products), strict=True)]
        others, of_others = _rate(outside[0], outside[1], outside[2], lengths.sum(axis=1)[:, None, None] - there)
        by_chance = everywhere[0] / self.words.sum() * (1 / there[1] + 1 / (self.words.sum() - there[1]))
        return (rate - others) / np.sqrt(np.maximum(variance + of_others, by_chance))


def _rate(said: np.ndarray, squares: np.ndarray, products: np.ndarray, lengths: np.ndarray) -> tuple[Any, Any]:
    """Words said to all words over some recordings, and the variance of that ratio, linearised, by recordings.

    Args:
        said, squares, products: sums over the recordings of the count, its square, and it times the recording's words.
        lengths: how many recordings, their words, and the sum of the squares of these.
    """
    n, words, words_squared = lengths
    rate = said / words
    return rate, n / (n - 1) * np.maximum(0, squares - 2 * rate * products + rate**2 * words_squared) / words**2


def distinctive(counts: pd.DataFrame, n: int = 12, seed: int = 0) -> pd.DataFrame:
    """The words that a group's recordings say more than the others do, further apart than chance puts them.

    The unit is the recording.  Chance is what is found when the recordings are dealt out anew to groups of the same
    sizes: a word counts where its distance is reached, by whatever word and group, in at most :data:`CHANCE` of
    :data:`RELABELLINGS` (the greatest statistic of Westfall and Young 1993, which takes care of any number of words,
    however they hang together).  The distance is that of two ratios in standard errors, which are never less than those
    of words that fall independently.

    Args:
        counts: columns ``group``, ``recording_id``, ``word``, ``said``; a recording that lies in several groups has
            its rows in each.
        n: words for each group.

    Returns: columns group, word, t (the distance), said, recordings (of the group, that say it), of (all of the group);
        the furthest first.  Groups with fewer than FEWEST recordings, or fewer than that outside of them, have none.
    """
    once = counts.drop_duplicates(["recording_id", "word"])
    recording, keys = pd.factorize(once["recording_id"])
    lying = counts[["group", "recording_id"]].drop_duplicates().astype(str)
    names, sizes = np.unique(lying["group"], return_counts=True)
    named = np.array([name for name, size in zip(names, sizes, strict=True) if FEWEST <= size <= len(keys) - FEWEST])
    word, vocabulary = pd.factorize(once["word"])
    said = csr_array((once["said"].to_numpy(np.float64), (recording, word)), shape=(len(keys), len(vocabulary)))
    words = said.sum(axis=1)
    having_any = np.bincount(word, minlength=len(vocabulary))
    kept = np.flatnonzero((said.sum(axis=0) >= LEAST_SAID) & (having_any >= LEAST_RECORDINGS))
    if not len(named) or not len(kept):
        return pd.DataFrame(columns=COLUMNS)
    compared = _Counts(csr_array(said[:, kept]), words)
    place = pd.Index(keys).astype(str)
    own = np.zeros((len(named), len(keys)))
    for k, name in enumerate(named):
        own[k, place.get_indexer(lying.loc[lying["group"] == name, "recording_id"])] = 1
    t = compared.t(own)
    chance = _greatest(compared, own, seed)
    needed = np.sort(chance)[-int(CHANCE * (RELABELLINGS + 1))]
    here = own @ compared.said
    having = own @ (compared.said > 0).astype(np.float64)
    rows = [
        (str(name), vocabulary[kept[i]], t[k, i], int(here[k, i]), int(having[k, i]), int(own[k].sum()))
        for k, name in enumerate(named)
        for i in np.argsort(-t[k], kind="stable")
        if t[k, i] > needed and here[k, i] >= LEAST_SAID and having[k, i] >= LEAST_RECORDINGS
    ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.groupby("group", sort=False).head(n).reset_index(drop=True)


def _greatest(compared: _Counts, own: np.ndarray, seed: int) -> np.ndarray:
    """The greatest distance of any word and group in each relabelling of the recordings."""
    random = np.random.default_rng(seed)
    at_once = max(1, VALUES_AT_ONCE // (len(own) * compared.said.shape[1]))
    found: list[np.ndarray] = []
    for start in range(0, RELABELLINGS, at_once):
        times = min(at_once, RELABELLINGS - start)
        dealt = np.concatenate([own[:, random.permutation(own.shape[1])] for _ in range(times)])
        found.append(compared.t(dealt).max(axis=1).reshape(times, len(own)).max(axis=1))
    return np.concatenate(found)
