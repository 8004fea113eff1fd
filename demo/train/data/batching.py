"""Clips of about one length, so that little of a batch is padding."""

from __future__ import annotations

import numpy as np


def neighbours(count: int, size: int, rng: np.random.Generator, spread: int = 200) -> np.ndarray:
    """``size`` of the numbers below ``count`` out of a stretch of ``spread`` in a row: int [size].

    For clips sorted by length these are alike.  The stretch may lie anywhere, the ends as often as the middle.
    """
    low = int(rng.integers(-spread // 2, max(1, count - spread // 2)))
    stretch = np.arange(max(0, low), min(count, max(low, 0) + spread))
    return rng.choice(stretch, size, replace=len(stretch) < size)
