"""Shares of groups, and their intervals against a bootstrap written out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.report.shares import shares


def test_shares_of_labels_in_groups() -> None:
    parts = pd.DataFrame(
        [("a", "1", "hap", 30.0), ("a", "1", "sad", 10.0), ("a", "2", "sad", 60.0), ("b", "3", "hap", 5.0)],
        columns=["group", "recording_id", "label", "part"],
    )
    found = shares(parts).set_index(["group", "label"])
    assert found["share"].to_dict() == {("a", "sad"): 0.7, ("a", "hap"): 0.3, ("b", "sad"): 0.0, ("b", "hap"): 1.0}
    assert found["recordings"].to_dict() == {("a", "sad"): 2, ("a", "hap"): 2, ("b", "sad"): 1, ("b", "hap"): 1}
    assert found.loc[("a", "hap"), "low"] == 0
    assert found.loc[("a", "hap"), "high"] == 0.75
    assert np.isnan(found.loc[("b", "hap"), "low"])
