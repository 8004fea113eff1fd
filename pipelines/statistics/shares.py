"""Shares with their uncertainty: how much of the time of a group bears a label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipelines.statistics.intervals import ratio_interval


def shares(parts: pd.DataFrame, groups: Sequence[str] | None = None) -> pd.DataFrame:
    """The share of each label in each group.

    Args:
        parts: a row for each recording, group and label that it has, with columns ``group``, ``recording_id``,
            ``label``, ``part`` (e.g. ms that bear the label).
        groups: their order; else by name.

    Returns: columns group, label, share, low, high, recordings; every label in every group, 0 where it is not, with
        what :func:`~pipelines.statistics.intervals.ratio_interval` says of zeros.
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
            low, high = ratio_interval(part, wholes, "share")
            rows.append((group, label, part.sum() / wholes.sum(), low, high, len(wholes)))
    return pd.DataFrame(rows, columns=["group", "label", "share", "low", "high", "recordings"])
