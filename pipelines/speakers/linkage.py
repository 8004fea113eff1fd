"""Average linkage (UPGMA) cut at a cosine, for any number of vectors in bounded memory."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

IN_MATRIX = 4096
"""Up to so many vectors scipy is given all distances: 8 bytes for each pair, and as much again beside it, 0.3 GB."""
BLOCK_BYTES = 64 << 20
"""Cosines that are in memory at once beyond that."""


def average_linkage(vectors: np.ndarray, threshold: float, *, in_matrix: int = IN_MATRIX) -> np.ndarray:
    """Join the two most alike again and again, until no two are alike to ``threshold``.

    How alike two clusters are is the mean dot product of their members.  For unit vectors that is the mean cosine; for
    means of unit vectors, which are shorter, the mean cosine of what they are means of: so a cluster of clusters is
    held to the same threshold as a cluster of vectors.

    Args:
        vectors: float [n, dimension], no longer than 1.
        threshold: -1 to 1; two clusters of exactly so much are joined.
        in_matrix: up to how many vectors scipy does it; beyond, :func:`_reciprocal` finds the same clusters.

    Returns:
        The cluster of each vector, int64 [n], numbered from 0 in the order of their first members.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    if len(vectors) > in_matrix:
        return in_order(_reciprocal(vectors, threshold))
    apart = 1 - vectors @ vectors.T
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(np.clip(apart, 0, None), checks=False), "average")
    return in_order(fcluster(tree, 1 - threshold, "distance"))


def in_order(labels: np.ndarray) -> np.ndarray:
    """The same clusters, numbered from 0 in the order of their first members: int64 [n]."""
    _, first, again = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[again]


def _reciprocal(vectors: np.ndarray, threshold: float) -> np.ndarray:
    """Average linkage without the matrix of distances: pairs that are nearest to each other are joined, all at once.

    Joined clusters are never more alike to a third than the more alike of the two was (the linkage is reducible), so
    the order in which such pairs are joined changes nothing, and a cluster whose nearest is too far has its final form
    (Murtagh 1983, A survey of recent advances in hierarchical clustering algorithms).  The mean dot product of two
    clusters is that of their means, so only means are kept: dimension values for each of n.
    """
    n = len(vectors)
    means, sizes = np.array(vectors), np.ones(n)
    member = np.arange(n)
    """The row that stands for the cluster of each vector."""
    nearest, alike = np.zeros(n, np.int64), np.full(n, -np.inf)
    alive = stale = np.arange(n)
    while len(alive) > 1:
        nearest[stale], alike[stale] = _nearest(means, stale, alive)
        alive = alive[alike[alive] >= threshold]
        pairs = alive[(nearest[nearest[alive]] == alive) & (alive < nearest[alive])]
        if not len(pairs):
            if not len(alive):
                break
            pairs = alive[[alike[alive].argmax()]]  # what rounding makes of equal cosines
        others = nearest[pairs]
        total = sizes[pairs] + sizes[others]
        share = (sizes[pairs] / total).astype(means.dtype)[:, None]
        means[pairs] = share * means[pairs] + (1 - share) * means[others]
        sizes[pairs] = total
        joined = np.arange(n)
        joined[others] = pairs
        member = joined[member]
        alive = alive[~np.isin(alive, others)]
        touched = np.isin(nearest[alive], np.concatenate([pairs, others])) | np.isin(alive, pairs)
        stale = alive[touched]
    return member


def _nearest(means: np.ndarray, rows: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each of the rows the nearest other row among some, and their dot product."""
    columns = means[among]
    at = np.searchsorted(among, rows)
    found, alike = np.empty(len(rows), np.int64), np.empty(len(rows), means.dtype)
    step = max(1, BLOCK_BYTES // (columns.shape[0] * means.itemsize))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        cosines = means[rows[part]] @ columns.T
        own = np.arange(len(cosines))
        cosines[own, at[part]] = -np.inf
        best = cosines.argmax(axis=1)
        found[part], alike[part] = among[best], cosines[own, best]
    return found, alike
