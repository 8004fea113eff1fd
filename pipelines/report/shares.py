"""Shares with their uncertainty: how much of the time of a group bears a label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import bootstrap

N_RESAMPLES = 999
LEVEL = 0.95


def ratio_interval(parts: np.ndarray, wholes: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """The interval of ``sum(parts) / sum(wholes)`` when other recordings had been drawn.

    Recordings, not clips, are drawn anew: clips of a recording are alike, and taking each for a witness of its own
    would make the interval far too narrow.  Percentile bootstrap (Efron 1979), 999 resamples, 95 %.

    Args:
        parts, wholes: of each recording, float [n]; wholes above 0.

    Returns: low and high; NaN where fewer than two recordings are there to be drawn from.
    """
    if len(parts) < 2:
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


def shares(parts: pd.DataFrame, groups: Sequence[str] | None = None) -> pd.DataFrame:
    """The share of each label in each group.

    Args:
        parts: a row for each recording, group and label that it has, with columns ``group``, ``recording_id``,
            ``label``, ``part`` (e.g. ms that bear the label).
        groups: their order; else by name.

    Returns: columns group, label, share, low, high, recordings; every label in every group, 0 where it is not.
    """
    rows = []
    order = list(groups) if groups is not None else sorted(parts["group"].unique())
    labels = list(parts.groupby("label")["part"].sum().sort_values(ascending=False).index)
    for group in order:
        mine = parts[parts["group"] == group]
        table = mine.pivot_table(index="recording_id", columns="label", values="part", aggfunc="sum", fill_value=0.0)
        wholes = table.sum(axis=1).to_numpy()
        table, wholes = table[wholes > 0], wholes[wholes > 0]
        if not len(wholes):
            continue
        for label in labels:
            part = table[label].to_numpy() if label in table else np.zeros(len(wholes))
            low, high = ratio_interval(part, wholes)
            rows.append((group, label, part.sum() / wholes.sum(), low, high, len(wholes)))
    return pd.DataFrame(rows, columns=["group", "label", "share", "low", "high", "recordings"])
