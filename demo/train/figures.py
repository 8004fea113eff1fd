"""What the models are measured by."""

from __future__ import annotations

from collections.abc import Sequence

import jiwer
import numpy as np
from sklearn.metrics import average_precision_score, recall_score, roc_curve


def accuracy(truth: Sequence[str], said: Sequence[str]) -> float:
    """The share that is right, in [0, 1]."""
    return float(np.mean(np.array(truth) == np.array(said)))


def balanced_accuracy(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean over the classes of the share of each that is right: rare classes count as much as common ones."""
    return float(recall_score(truth, said, labels=sorted(set(truth)), average="macro", zero_division=0))


def recall_of_classes(truth: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """The share of each class that is right."""
    labels = sorted(set(truth))
    return dict(zip(labels, recall_score(truth, said, labels=labels, average=None, zero_division=0), strict=True))


def word_error_rate(truth: Sequence[str], said: Sequence[str]) -> float:
    """Substitutions, deletions and insertions over the words of the truth; 0 is best, above 1 is possible."""
    return float(jiwer.wer(list(truth), list(said)))


def equal_error_rate(vectors: np.ndarray, names: Sequence[str]) -> float:
    """Over all pairs of unit vectors [n, dimension]: where false alarms and misses are equally frequent."""
    first, second = np.triu_indices(len(vectors), k=1)
    same = np.array(names)[first] == np.array(names)[second]
    alarms, hits, _ = roc_curve(same, np.sum(vectors[first] * vectors[second], axis=1))
    ahead = alarms - (1 - hits)  # from -1 to 1, never falling
    after = max(1, int(np.argmax(ahead >= 0)))
    share = -ahead[after - 1] / (ahead[after] - ahead[after - 1])
    return float(alarms[after - 1] + share * (alarms[after] - alarms[after - 1]))


def leave_one_out(vectors: np.ndarray, names: Sequence[str]) -> float:
    """The share of unit vectors [n, dimension] whose name has the nearest mean of the other vectors."""
    labels = sorted(set(names))
    owner = np.array([labels.index(name) for name in names])
    sums = np.stack([vectors[owner == i].sum(axis=0) for i in range(len(labels))])
    right = 0
    for vector, mine in zip(vectors, owner, strict=True):
        means = sums.copy()
        means[mine] -= vector
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        right += int(np.argmax(means @ vector) == mine)
    return right / len(vectors)


def mean_average_precision(similarities: np.ndarray, queries: Sequence[str], labels: Sequence[str]) -> float:
    """Of retrieval: ``similarities`` [n_queries, n_sounds]; a sound answers the query whose label it bears."""
    found = [
        average_precision_score(np.array(labels) == query, row)
        for query, row in zip(queries, similarities, strict=True)
    ]
    return float(np.mean(found))
