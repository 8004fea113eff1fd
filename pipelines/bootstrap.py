"""How far a ratio could lie elsewhere, had other recordings been drawn."""

from __future__ import annotations

import numpy as np
from scipy.stats import bootstrap

N_RESAMPLES = 999
LEVEL = 0.95
FEWEST = 5
"""Of fewer recordings no interval is given: a bootstrap of so few is far too narrow."""


def ratio_interval(parts: np.ndarray, wholes: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """The interval of ``sum(parts) / sum(wholes)`` when other recordings had been drawn.

    Recordings, not clips, are drawn anew: clips of a recording are alike, and taking each for a witness of its own
    would make the interval far too narrow.  Percentile bootstrap (Efron 1979), 999 resamples, 95 %.

    Args:
        parts, wholes: of each recording, float [n]; wholes above 0.

    Returns: low and high; NaN where fewer than :data:`FEWEST` recordings are there to be drawn from.
    """
    if len(parts) < FEWEST:
        return float("nan"), float("nan")

    def ratio(part: np.ndarray, whole: np.ndarray, axis: int = -1) -> np.ndarray:
        return part.sum(axis=axis) / whole.sum(axis=axis)

    found = bootstrap(
        (parts.astype(np.float64), wholes.astype(np.float64)),
        ratio,
        paired=True,
        vectorized=True,
        n_resamples=N_RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        batch=max(1, 4_000_000 // len(parts)),
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
