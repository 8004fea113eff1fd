"""Means with their uncertainty: of a number that lies over stretches of time."""

from __future__ import annotations

import pandas as pd

from pipelines.statistics.intervals import ratio_interval


def means(parts: pd.DataFrame) -> pd.DataFrame:
    """The mean of each label in each group; long stretches count more.

    Args:
        parts: a row for each recording, group and label, with columns ``group``, ``recording_id``, ``label``, ``part``
            (values times lengths, summed) and ``whole`` (lengths, summed; above 0).

    Returns: columns group, label, mean, low, high, recordings, in the order of the groups' names and of the labels; the
        95 % interval of :func:`~pipelines.statistics.intervals.ratio_interval`.
    """
    rows = []
    for (group, label), mine in parts.groupby(["group", "label"], sort=True):
        part, whole = mine["part"].to_numpy(), mine["whole"].to_numpy()
        low, high = ratio_interval(part, whole, "mean")
        rows.append((group, label, part.sum() / whole.sum(), low, high, len(mine)))
    return pd.DataFrame(rows, columns=["group", "label", "mean", "low", "high", "recordings"])
