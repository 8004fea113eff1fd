"""Who of a recording, and who of a corpus, the vectors of voices say are one: clusters, with how sure they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.speakers.linkage import average_linkage, in_order

SHORT_MS = 1500
"""Shorter stretches find no speaker: vectors of so little speech are noise (Kaldi's x-vector recipe for telephone
conversations, egs/callhome_diarization/v2, clusters pieces of 1.5 s)."""
LEAST_MS = 5000
"""A voice heard for less in a recording is nobody's own: with less than about 5 s x-vectors err much more often
(Snyder et al. 2018, X-vectors: robust DNN embeddings for speaker recognition, test utterances by length)."""

ASSIGNED = ("clustered", "nearest", "none")
CLUSTERED, NEAREST, NONE = range(3)
NOBODY = -1


@dataclass(frozen=True)
class Stretches:
    """The stretches of a recording's speech, in any order.

    Attributes:
        channel: int [n].
        start_ms, end_ms: int [n].
        vectors: float32 [n, dimension], unit length.
    """

    channel: np.ndarray
    start_ms: np.ndarray
    end_ms: np.ndarray
    vectors: np.ndarray


@dataclass(frozen=True)
class Speakers:
    """The speakers of a recording, numbered from 0 in the order in which they are first heard.

    Attributes:
        speaker: of each stretch, int64 [n]; NOBODY where none was found on its channel.
        assigned: of each stretch, int8 [n], a place in ASSIGNED.
        similarity: of each stretch, float32 [n]: its mean cosine with the other stretches that its speaker was found
            by, weighted by their length; NaN where there are none.
        margin: of each stretch, float32 [n]: similarity less that with the next speaker of the channel; NaN where
            there is none.
        means: of each speaker, the mean of those vectors, float32 [n_speakers, dimension], no longer than 1.
        ms: of each speaker, the length of all its stretches, int64 [n_speakers].
    """

    speaker: np.ndarray
    assigned: np.ndarray
    similarity: np.ndarray
    margin: np.ndarray
    means: np.ndarray
    ms: np.ndarray


def speakers_of(stretches: Stretches, threshold: float) -> Speakers:
    """The speakers of a recording, each channel by itself.

    Stretches of SHORT_MS and more are clustered; clusters of LEAST_MS and more are speakers; any other stretch of the
    channel is given the speaker whose mean is nearest.

    Args:
        threshold: the mean cosine at which two clusters are one.
    """
    n = len(stretches.channel)
    order = np.lexsort((stretches.end_ms, stretches.channel, stretches.start_ms))
    ms = (stretches.end_ms.astype(np.int64) - stretches.start_ms)[order]
    channel, vectors = stretches.channel[order], stretches.vectors[order]
    speaker, assigned = np.full(n, NOBODY), np.full(n, NONE, np.int8)
    similarity, margin = np.full(n, np.nan, np.float32), np.full(n, np.nan, np.float32)
    means: list[np.ndarray] = []
    for one in np.unique(channel):
        at = np.flatnonzero(channel == one)
        found = _of_channel(ms[at], vectors[at], threshold)
        if found is None:
            continue
        cluster, own, mean = found
        cosines = _cosines(ms[at], vectors[at], cluster, own, mean)
        mine = np.where(own, cluster, cosines.argmax(axis=1))
        every = np.arange(len(at))
        speaker[at] = mine + len(means)
        assigned[at] = np.where(own, CLUSTERED, NEAREST)
        similarity[at] = cosines[every, mine]
        if len(mean) > 1:
            others = cosines.copy()
            others[every, mine] = -np.inf
            margin[at] = similarity[at] - others.max(axis=1)
        means.extend(mean)
    known = speaker != NOBODY
    numbers = in_order(speaker[known])
    of = np.empty(len(means), np.int64)
    of[numbers] = speaker[known]
    speaker[known] = numbers
    back = np.argsort(order)
    return Speakers(
        speaker[back],
        assigned[back],
        similarity[back],
        margin[back],
        np.array([means[i] for i in of], np.float32).reshape(len(means), vectors.shape[1]),
        np.bincount(numbers, ms[known], minlength=len(means)).astype(np.int64),
    )


def corpus_speakers(means: np.ndarray, ms: np.ndarray, threshold: float) -> np.ndarray:
    """Which speakers of recordings are one: int64 [n], numbered from 0, the most talkative first.

    Each counts once, however long it speaks.

    Args:
        means: float32 [n, dimension], as in :class:`Speakers`, of all recordings.
        ms: int64 [n].
        threshold: the mean cosine of their stretches at which two clusters are one.
    """
    labels = average_linkage(means, threshold)
    total = np.bincount(labels, ms)
    return np.argsort(np.argsort(-total, kind="stable"))[labels]


def neighbours_and_strangers(stretches: Iterator[tuple[Stretches, np.ndarray]], most: int = 64) -> np.ndarray | None:
    """Cosines of pairs that are mostly of one voice, and of pairs that mostly are not: float32 [2, n].

    The first are stretches that follow each other in a segment of speech, the second stretches of one recording and the
    one before it; at most ``most`` of a recording, as many of the one as of the other.

    Args:
        stretches: of each recording, with the segment of each, in the order of time.

    Returns:
        None where there are none.
    """
    pairs: list[tuple[float, float]] = []
    before = None
    for one, segment in stretches:
        long = one.end_ms - one.start_ms >= SHORT_MS
        follows = np.flatnonzero((segment[1:] == segment[:-1]) & long[1:] & long[:-1])
        vectors = one.vectors[long]
        if before is not None and len(follows):
            chosen = follows[np.linspace(0, len(follows) - 1, min(most, len(follows))).astype(int)]
            strange = one.vectors[chosen] * before[np.arange(len(chosen)) % len(before)]
            alike = one.vectors[chosen] * one.vectors[chosen + 1]
            pairs += zip(alike.sum(axis=1), strange.sum(axis=1), strict=True)
        if len(vectors):
            before = vectors
    return np.array(pairs, np.float32).T if pairs else None


def parting(alike: np.ndarray, strange: np.ndarray) -> float:
    """The cosine that as many of the first fall below as of the second reach: the threshold of equal error."""
    candidates = np.unique(np.concatenate([alike, strange]))
    missed = np.searchsorted(np.sort(alike), candidates) / len(alike)
    taken = 1 - np.searchsorted(np.sort(strange), candidates) / len(strange)
    return float(candidates[np.abs(missed - taken).argmin()])


def _of_channel(
    ms: np.ndarray, vectors: np.ndarray, threshold: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The cluster of each stretch, whether it helped to find it, and the mean of each; None where there is none."""
    long = ms >= SHORT_MS
    labels = average_linkage(vectors[long], threshold)
    kept = np.flatnonzero(np.bincount(labels, ms[long]) >= LEAST_MS)
    if not len(kept):
        return None
    cluster = np.full(len(ms), NOBODY)
    cluster[long] = np.where(np.isin(labels, kept), np.searchsorted(kept, labels), NOBODY)
    own = cluster != NOBODY
    sums = np.zeros((len(kept), vectors.shape[1]))
    np.add.at(sums, cluster[own], vectors[own] * ms[own, None])
    return cluster, own, (sums / np.bincount(cluster[own], ms[own])[:, None]).astype(np.float32)


def _cosines(ms: np.ndarray, vectors: np.ndarray, cluster: np.ndarray, own: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Of each stretch with each speaker, float32 [n, n_speakers]; with its own without itself."""
    cosines = vectors @ mean.T
    total = np.bincount(cluster[own], ms[own])[cluster[own]]
    at = np.flatnonzero(own), cluster[own]
    others = (total - ms[own]).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosines[at] = np.where(others > 0, (cosines[at] * total - ms[own]) / others, np.nan)
    return np.clip(cosines, -1, 1)
