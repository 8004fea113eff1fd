"""Which vectors are nearest: in the order of exact cosines, and where they are tied, of recordings and times."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipelines.embeddings.matrix import PLACE, Vectors
from pipelines.embeddings.nearest import nearest


@given(
    values=arrays(np.float32, st.tuples(st.integers(1, 30), st.just(3)), elements=st.sampled_from([-1, 0.5, 1])),
    n_queries=st.integers(1, 2),
    top=st.integers(1, 40),
    seed=st.integers(0, 99),
)
def test_ties_stand_in_the_order_of_recordings_and_times(
    values: np.ndarray, n_queries: int, top: int, seed: int
) -> None:
    """Few different vectors, so that most scores are tied; however the rows lie in the files."""
    values = values / np.linalg.norm(values, axis=1, keepdims=True)
    queries = np.eye(3, dtype=np.float32)[:n_queries]
    places = np.array([(b"%032x" % (i // 4), i % 2, 10_000 * (i % 4), 0) for i in range(len(values))], PLACE)
    scores = np.float64(values)[:, :n_queries].max(axis=1)
    reference = sorted(zip(-scores, places["recording_id"], places["channel"], places["start_ms"], strict=True))[:top]
    order = np.random.default_rng(seed).permutation(len(values))
    found, cosines = nearest(Vectors(values[order], places[order]), queries, top)
    of = places[order][found]
    assert list(zip(-cosines, of["recording_id"], of["channel"], of["start_ms"], strict=True)) == reference
