"""What the models are measured by, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from demo.train import figures


def unit(*angles_in_degrees: float) -> np.ndarray:
    angles = np.radians(angles_in_degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_rare_classes_count_as_much() -> None:
    truth, said = ["a", "a", "a", "b"], ["a", "a", "a", "a"]
    assert figures.accuracy(truth, said) == 0.75
    assert figures.balanced_accuracy(truth, said) == 0.5
    assert figures.recall_of_classes(truth, said) == {"a": 1.0, "b": 0.0}


def test_word_error_rate_counts_words_over_the_whole() -> None:
    # One substitution, one deletion, one insertion over six words of the truth.
    assert figures.word_error_rate(["one two three", "four five six"], ["one too", "four five six six"]) == 0.5


def test_equal_error_rate() -> None:
    assert figures.equal_error_rate(unit(0, 5, 90, 95), ["a", "a", "b", "b"]) == 0.0
    assert figures.equal_error_rate(unit(0, 180, 90, 270), ["a", "a", "b", "b"]) == pytest.approx(1.0)
    lots = np.random.default_rng(0).normal(size=(200, 3))
    lots /= np.linalg.norm(lots, axis=1, keepdims=True)
    assert figures.equal_error_rate(lots, ["a", "b"] * 100) == pytest.approx(0.5, abs=0.03)


def test_leaving_one_out_leaves_it_out() -> None:
    assert figures.leave_one_out(unit(0, 5, 90, 95), ["a", "a", "b", "b"]) == 1.0
    # Each alone in its name: without itself its mean is nothing, and the other's is nearer.
    assert figures.leave_one_out(unit(0, 10), ["a", "b"]) == 0.0


def test_mean_average_precision_of_retrieval() -> None:
    alike = np.array([[0.9, 0.8, 0.1, 0.0], [0.9, 0.2, 0.8, 0.1]])
    # The first query finds both of its sounds first; the second at the ranks two and four: (1/2 + 2/4) / 2.
    assert figures.mean_average_precision(alike, ["a", "b"], ["a", "a", "b", "b"]) == pytest.approx((1.0 + 0.5) / 2)
