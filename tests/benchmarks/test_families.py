"""The benchmark of families at tiny size: whole rows, and texts that are those of the classes."""

from __future__ import annotations

import pytest

from benchmarks import families
from benchmarks.measure import Spread
from benchmarks.settings import Settings


@pytest.mark.slow
def test_each_way_of_a_family(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "SHAPES", {"parakeet_tdt": {}})
    monkeypatch.setattr(families, "is_installed", lambda engine: False)
    (table,) = families.compare(settings)
    (row,) = table.rows
    assert row[:2] == ("ParakeetForTDT", "fp32")
    assert all(isinstance(cell, Spread) and cell.low > 0 for cell in row[3:6])
    same, of = str(row[-1]).split(" of ")
    assert same == of
    assert int(of) > 5
