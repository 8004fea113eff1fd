"""Means by group, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.statistics.intervals import ratio_interval
from pipelines.statistics.means import means


def parts(group: str, label: str, values: list[float], lengths: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": group,
            "recording_id": [f"r{i}" for i in range(len(values))],
            "label": label,
            "part": np.multiply(values, lengths),
            "whole": lengths,
        }
    )


def test_long_stretches_count_more_and_groups_are_apart() -> None:
    values, lengths = [0.2, -0.4, 1.3, 0.5, 0.6, 0.1], [1.0, 2.0, 3.0, 1.0, 1.0, 4.0]
    found = means(
        pd.concat([parts("b", "valence", values, lengths), parts("a", "valence", [0.5, 0.7], [1, 3])])
    ).set_index("group")
    assert found.index.tolist() == ["a", "b"]
    assert found.loc["a", "mean"] == pytest.approx(0.65)
    assert np.isnan(found.loc["a", "low"])  # two recordings
    assert found.loc["b", "mean"] == pytest.approx(np.average(values, weights=lengths))
    low, high = ratio_interval(np.multiply(values, lengths), np.array(lengths), "mean")
    assert found.loc["b", ["low", "high"]].tolist() == pytest.approx([low, high])
    assert found.loc["b", "recordings"] == 6


def test_of_nothing_there_is_nothing() -> None:
    assert means(parts("a", "valence", [], [])).empty
