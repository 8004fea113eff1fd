"""Shares of groups, and their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.statistics.intervals import most_of
from pipelines.statistics.shares import shares


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
    # One recording of five has it: as many as 72 % of all may, and the others' share of it is not known.
    assert found.loc[("a", "hap"), ["low", "high"]].tolist() == [0, most_of(1, 5)]
    assert found.loc[("a", "sad"), ["low", "high"]].tolist() == [1 - most_of(1, 5), 1]
    assert np.isnan(found.loc[("b", "hap"), "low"])


def test_a_label_that_a_group_lacks_has_an_upper_bound() -> None:
    rows = [("a", str(i), "hap", 30.0) for i in range(8)] + [("b", str(i), "sad", 9.0) for i in range(8, 16)]
    found = shares(pd.DataFrame(rows, columns=["group", "recording_id", "label", "part"])).set_index(["group", "label"])
    assert found.loc[("a", "sad"), ["share", "low", "high"]].tolist() == [0, 0, most_of(0, 8)]
