"""Shares of groups, and their intervals against a bootstrap written out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.report.shares import shares


def test_shares_of_labels_in_groups() -> None:
    rows = [("a", "1", "hap", 30.0), ("a", "1", "sad", 10.0), ("b", "6", "hap", 5.0)]
    rows += [("a", key, "sad", 60.0) for key in "2345"]
    found = shares(pd.DataFrame(rows, columns=["group", "recording_id", "label", "part"])).set_index(["group", "label"])
    assert found["share"].to_dict() == {
        ("a", "sad"): 250 / 280,
        ("a", "hap"): 30 / 280,
        ("b", "sad"): 0.0,
        ("b", "hap"): 1.0,
    }
    assert found["recordings"].to_dict() == {("a", "sad"): 5, ("a", "hap"): 5, ("b", "sad"): 1, ("b", "hap"): 1}
    assert found.loc[("a", "hap"), "low"] == 0
    # In 94 % of the draws of five the first comes twice or less often, in 99 % three times or less often.
    assert found.loc[("a", "hap"), "high"] == 3 * 30 / (3 * 40 + 2 * 60)
    assert np.isnan(found.loc[("b", "hap"), "low"])
