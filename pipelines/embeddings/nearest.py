"""Which vectors are nearest to some: exact cosines, whatever the machine and the order of the rows."""

from __future__ import annotations

import numpy as np

from pipelines.embeddings.matrix import Vectors

CHUNK_ROWS = 65_536
MARGIN = 1e-4
"""More than float32 errs in the product of two unit vectors: what is so near to the last place is computed exactly."""


def nearest(vectors: Vectors, queries: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows nearest to any of the queries, and their cosines.

    Args:
        queries: float32 [n_queries, dimension], unit length.

    Returns:
        Row numbers int64 [m] and scores float64 [m], m the smaller of ``top`` and the rows; by score, then
        recording, channel and start.  They depend neither on the number of threads nor on how rows lie in files.
    """
    values, places = vectors.values, vectors.places
    scores = np.empty(len(values), np.float32)
    if len(queries) == 1:
        np.dot(values, queries[0], out=scores)
    else:
        for at in range(0, len(values), CHUNK_ROWS):
            scores[at : at + CHUNK_ROWS] = (values[at : at + CHUNK_ROWS] @ queries.T).max(axis=1)
    top = min(top, len(scores))
    if not top:
        return np.empty(0, np.int64), np.empty(0)
    least = np.partition(scores, len(scores) - top)[len(scores) - top]
    rows = np.flatnonzero(scores >= least - MARGIN)
    exact = np.concatenate([_exact(values[rows[at : at + 4096]], queries) for at in range(0, len(rows), 4096)])
    of = places[rows]
    order = np.lexsort((of["start_ms"], of["channel"], of["recording_id"], -exact))[:top]
    return rows[order], exact[order]


def _exact(values: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Cosines in float64 with each row added up in one and the same order, wherever it lies; the greatest of each."""
    wide = values.astype(np.float64)
    best = np.full(len(wide), -np.inf)
    for query in queries.astype(np.float64):
        np.maximum(best, (wide * query).sum(axis=1), out=best)
    return best
