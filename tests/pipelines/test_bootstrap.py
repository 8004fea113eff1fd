"""The interval of a ratio, against draws made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.bootstrap import FEWEST, ratio_interval


def test_the_interval_is_that_of_a_bootstrap_over_recordings() -> None:
    rng = np.random.default_rng(3)
    wholes = rng.uniform(10, 100, 40)
    parts = wholes * rng.uniform(0, 1, 40)
    ratios = []
    for _ in range(20_000):
        drawn = rng.integers(0, 40, 40)
        ratios.append(parts[drawn].sum() / wholes[drawn].sum())
    # 999 resamples put an end of the interval within some 0.01 of where infinitely many would.
    assert ratio_interval(parts, wholes) == pytest.approx(tuple(np.quantile(ratios, [0.025, 0.975])), abs=0.015)


def test_intervals_at_the_edges() -> None:
    for n in range(FEWEST):
        assert np.isnan(ratio_interval(np.ones(n), np.full(n, 2.0))).all()
    assert ratio_interval(np.zeros(FEWEST), np.ones(FEWEST)) == (0, 0)
    assert ratio_interval(np.ones(FEWEST), np.ones(FEWEST)) == (1, 1)
    parts, wholes = np.array([1.0, 2, 0, 1, 3]), np.full(5, 3.0)
    assert ratio_interval(parts, wholes) == ratio_interval(parts, wholes)
