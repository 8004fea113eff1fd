"""Word error rate, accuracy, Cohen's kappa and Krippendorff's alpha, each with its interval over recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from pipelines.statistics.intervals import FEWEST, NO_BOUNDS, Bounds, jackknife_interval, most_of, ratio_interval

Said = Sequence[tuple[str, ...]]
"""What was said of segments by each of those who are compared."""
Parts = tuple[float, float]
"""The two numbers of which a figure is the ratio."""
Figure = tuple[float | None, float | None, float | None]
"""A value and its bounds; None where it is not defined, and where it has no interval."""
Coefficient = Callable[[Sequence[Said]], Figure]
"""Takes what was said in each recording."""


def word_error_rate(recordings: Sequence[Said]) -> Figure:
    """Errors to words, over pairs of a person's and the machine's transcript."""
    parts = np.array([word_errors(said) for said in recordings])
    errors, words = parts.sum(axis=0)
    if not words:
        return None, None, None
    return _figure(errors / words, ratio_interval(parts[:, 0], parts[:, 1], "count"))


def accuracy(recordings: Sequence[Said]) -> Figure:
    """The share of pairs that are the same."""
    same = np.array([sum(first == second for first, second in said) for said in recordings])
    pairs = np.array([len(said) for said in recordings])
    return _figure(same.sum() / pairs.sum(), ratio_interval(same, pairs, "share"))


def kappa(recordings: Sequence[Said]) -> Figure:
    """Cohen's kappa of pairs; None where only one label occurs."""
    return _beyond_chance(recordings, pair_disagreement)


def alpha(recordings: Sequence[Said]) -> Figure:
    """Krippendorff's alpha for nominal labels, each unit with two or more; None where only one label occurs."""
    return _beyond_chance(recordings, unit_disagreement)


def word_errors(pairs: Said) -> Parts:
    """Errors of all pairs (a person's, the machine's transcript), and the words of the persons; after jiwer."""
    import jiwer

    spoken = [pair for pair in pairs if pair[0]]
    inserted = sum(len(machine.split()) for person, machine in pairs if not person)
    if not spoken:
        return inserted, 0
    done = jiwer.process_words([person for person, _ in spoken], [machine for _, machine in spoken])
    words = done.hits + done.substitutions + done.deletions
    return done.substitutions + done.deletions + done.insertions + inserted, words


def pair_disagreement(pairs: Said) -> Parts:
    """The disagreement of two, observed and as chance would have it, of Cohen (1960)."""
    first, second = (Counter(labels) for labels in zip(*pairs, strict=True))
    observed = sum(one != other for one, other in pairs) / len(pairs)
    return observed, 1 - sum(n * second[label] for label, n in first.items()) / len(pairs) ** 2


def unit_disagreement(units: Said) -> Parts:
    """The same of two or more, by the coincidences of Krippendorff (2011), "Computing Krippendorff's
    Alpha-Reliability", section C.
    """
    labels = sorted({label for unit in units for label in unit})
    counts = np.array([[unit.count(label) for label in labels] for unit in units], np.float64)
    paired = counts.sum(axis=1, keepdims=True)
    of_label = counts.sum(axis=0)
    n = of_label.sum()
    observed = 1 - (counts * (counts - 1) / (paired - 1)).sum() / n
    return float(observed), float(1 - (of_label * (of_label - 1)).sum() / (n * (n - 1)))


def _beyond_chance(recordings: Sequence[Said], disagreement: Callable[[Said], Parts]) -> Figure:
    """One less observed to expected disagreement: that ratio is 0 or more and has an interval as counts have.

    Where none or one of the recordings holds a disagreement, observed disagreement is bounded by how many recordings
    can (:func:`~pipelines.statistics.intervals.most_of`).
    """
    every = [unit for said in recordings for unit in said]
    observed, expected = disagreement(every)
    if _is_zero(expected):
        return None, None, None
    value, n = 1 - observed / expected, len(recordings)
    if n < FEWEST:
        return _figure(value, NO_BOUNDS)
    having = sum(not _is_zero(disagreement(said)[0]) for said in recordings)
    if having < 2:
        return _figure(value, (max(-1.0, 1 - max(observed, most_of(having, n)) / expected), 1.0))
    left = np.array([disagreement([u for j, said in enumerate(recordings) if j != i for u in said]) for i in range(n)])
    if _is_zero(left[:, 1].min()):  # without one of them only one label occurs
        return _figure(value, NO_BOUNDS)
    sizes = np.array([len(said) for said in recordings], np.float64)
    low, high = jackknife_interval(observed / expected, left[:, 0] / left[:, 1], sizes, "count")
    return _figure(value, (max(-1.0, 1 - high), 1 - low))


def _is_zero(disagreement: float) -> bool:
    """Up to what sums of thousands of shares lose."""
    return disagreement < 1e-9


def _figure(value: float, bounds: Bounds) -> Figure:
    low, high = bounds
    return float(value), None if np.isnan(low) else float(low), None if np.isnan(high) else float(high)
