"""Between which bounds a figure could lie, had other recordings been taken: the one place where intervals are made.

What, why, and how often they hold: docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy.special import betaincinv, expit, gammaincinv, logit, stdtrit

LEVEL = 0.95
FEWEST = 5
"""Of fewer recordings no interval is given: so few do not tell how far recordings differ."""
NOTE = f"95 % intervals by a jackknife over recordings, of {FEWEST} or more"
"""The method in a few words, for what people see."""

Bounds = tuple[float, float]
ALIKE = "Where several recordings are of one speaker or place, they are too narrow."
NO_BOUNDS: Bounds = (float("nan"), float("nan"))
Of = Literal["share", "count", "mean"]
"""What a ratio is of: parts that are at most their wholes (ms of ms, segments of segments); counted things in something
(mentions in hours, errors in words); or values of either sign, summed, of how many there are."""

LOST = 1e-9
"""Of a sum: less than this is what rounding leaves."""
_TAIL = (1 + LEVEL) / 2
_SCALES: dict[str, tuple[Callable[..., np.ndarray], Callable[..., np.ndarray]]] = {
    "share": (logit, expit),
    "count": (np.log, np.exp),
    "mean": (np.asarray, np.asarray),
}
"""The scale on which errors are about symmetric, and whose way back never leaves the range; and that way back."""


def ratio_interval(
    parts: np.ndarray, wholes: np.ndarray, of: Of, each: float = 1.0, times: np.ndarray | None = None
) -> Bounds:
    """The 95 % interval of ``sum(parts) / sum(wholes)``.

    Where none or one of the recordings has any part (or, of a share, any rest), nothing is known of how recordings
    differ; then low is 0 and high follows from how many recordings have it (:func:`most_of`, :func:`most_counted`),
    the rule of three at 97.5 %.  Counts are taken to vary at least as independent events do (Poisson).

    Args:
        parts, wholes: of each recording, float [n]; wholes 0 or more.
        each: of a count, how many come in a recording that has any, as far as others tell.
        times: of a count, how often what happens in a recording is counted, float [n]: repeats are no new events.

    Returns: low and high; NaN where fewer than :data:`FEWEST` recordings have a whole.
    """
    parts, wholes = parts.astype(np.float64), wholes.astype(np.float64)
    if np.count_nonzero(wholes > 0) < FEWEST:
        return NO_BOUNDS
    part, whole = parts.sum(), wholes.sum()
    n, having = len(parts), int(np.count_nonzero(parts > LOST * part))
    if of == "count" and having < 2:
        return 0.0, most_counted(having) * (part if having else each) / whole
    if of == "share":
        lacking = int(np.count_nonzero(wholes - parts > LOST * whole))
        if having < 2:
            return 0.0, max(part / whole, most_of(having, n))
        if lacking < 2:
            return min(part / whole, 1 - most_of(lacking, n)), 1.0
    without = (part - parts) / (whole - wholes)
    repeated = part if times is None else np.sum(parts * times)
    return jackknife_interval(part / whole, without, wholes, of, repeated**0.5 / part if of == "count" else 0.0)


def jackknife_interval(value: float, without: np.ndarray, sizes: np.ndarray, of: Of, least: float = 0.0) -> Bounds:
    """The 95 % interval of a figure by what becomes of it when each recording is left out in turn.

    The standard error is the jackknife's, on the scale of ``of``; the quantile is Student's with as many degrees of
    freedom as there are effective recordings (Kish), less one: of unequal recordings the long ones decide.

    Args:
        without: the figure without each recording, float [n].
        sizes: how much each recording counts, float [n].
        least: the standard error is taken to be at least this, on that scale.
    """
    scale, back = _SCALES[of]
    n = len(without)
    error = max(least, float(np.sqrt((n - 1) / n * np.sum((scale(without) - scale(value)) ** 2))))
    effective = sizes.sum() ** 2 / np.sum(sizes**2)
    far = float(stdtrit(max(1.0, effective - 1), _TAIL)) * error
    return float(back(scale(value) - far)), float(back(scale(value) + far))


def most_of(having: int, n: int) -> float:
    """The greatest share of all recordings that may have what ``having`` of ``n`` have (Clopper-Pearson, 97.5 %)."""
    return float(betaincinv(having + 1, n - having, _TAIL)) if having < n else 1.0


def most_counted(found: int) -> float:
    """How many there may be on average where ``found`` were found (Garwood, 97.5 %): 3.7 of none."""
    return float(gammaincinv(found + 1, _TAIL))
