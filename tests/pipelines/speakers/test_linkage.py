"""Average linkage is scipy's and scikit-learn's, whatever the number and the order of the vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from pipelines.speakers.linkage import average_linkage, in_order


def vectors_of(seed: int, n: int, dimension: int = 5) -> np.ndarray:
    """Means of unit vectors about a few directions, float64 [n, dimension]: no longer than 1."""
    random = np.random.default_rng(seed)
    about = random.standard_normal((4, dimension))[random.integers(4, size=n)]
    found = about + 0.7 * random.standard_normal((n, dimension))
    return found / np.linalg.norm(found, axis=1, keepdims=True) * random.uniform(0.7, 1, (n, 1))


@given(st.integers(0, 10_000), st.integers(1, 60), st.floats(-0.9, 0.95))
def test_without_the_matrix_the_clusters_are_the_same(seed: int, n: int, threshold: float) -> None:
    vectors = vectors_of(seed, n)
    assert list(average_linkage(vectors, threshold, in_matrix=0)) == list(average_linkage(vectors, threshold))


@given(st.integers(0, 10_000), st.integers(2, 40), st.floats(-0.5, 0.95))
def test_it_is_the_linkage_of_scikit_learn(seed: int, n: int, threshold: float) -> None:
    vectors = vectors_of(seed, n)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    reference = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - threshold
    ).fit_predict(vectors)
    assert list(average_linkage(vectors, threshold)) == list(in_order(reference))


@pytest.mark.parametrize("in_matrix", [0, 4096])
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_the_order_of_the_rows_changes_nothing(in_matrix: int, seed: int, n: int) -> None:
    vectors, order = vectors_of(seed, n), np.random.default_rng(seed).permutation(n)
    found = average_linkage(vectors, 0.5, in_matrix=in_matrix)
    again = average_linkage(vectors[order], 0.5, in_matrix=in_matrix)
    assert adjusted_rand_score(found[order], again) == 1
    assert list(dict.fromkeys(again)) == list(range(again.max() + 1))  # in the order of their first members


@pytest.mark.parametrize("in_matrix", [0, 4096])
def test_equal_vectors_are_one_cluster(in_matrix: int) -> None:
    """Every cosine is the same: what is nearest to what is left to rounding."""
    random = np.random.default_rng(5)
    one, other = random.standard_normal((2, 200)).astype(np.float32)
    vectors = np.array([one / np.linalg.norm(one)] * 70 + [other / np.linalg.norm(other)] * 30)
    order = random.permutation(100)
    found = average_linkage(vectors[order], 0.9, in_matrix=in_matrix)
    assert adjusted_rand_score(order < 70, found) == 1


def test_none_and_one() -> None:
    assert list(average_linkage(np.empty((0, 3), np.float32), 0.5)) == []
    assert list(average_linkage(np.ones((1, 1), np.float32), 0.5)) == [0]


def test_numbered_by_first_member() -> None:
    assert list(in_order(np.array([7, 2, 7, 5, 2]))) == [0, 1, 0, 2, 1]
