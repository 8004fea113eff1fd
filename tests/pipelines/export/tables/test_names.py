"""Names that SPSS and Stata accept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.export.tables.names import spss_names, stata_names

BOTH: Sequence[Callable[[Sequence[str]], list[str]]] = (spss_names, stata_names)


@pytest.mark.parametrize("named", BOTH)
def test_names_that_are_accepted_stay(named: Callable[[Sequence[str]], list[str]]) -> None:
    names = ["recording_id", "größe", "地域", "p_hap", "embedding_1"]
    assert named(names) == names


def test_names_that_are_not() -> None:
    odd = ["a b", "a_b", "A_B", "1st", "_x", "", "😀", "if", "with", "str5", "a.b", "e\u0301", "²"]
    assert spss_names(odd) == [
        "a_b_2",
        "a_b",
        "A_B_3",
        "v_1st",
        "v_x",
        "v_",
        "v__2",
        "if",
        "with_",
        "str5",
        "a_b_4",
        "é",
        "v__3",
    ]
    stata = dict(zip(odd, stata_names(odd), strict=True))
    assert (stata["if"], stata["with"], stata["str5"]) == ("if_", "with_", "str5_")


def test_long_names_are_cut_and_stay_apart() -> None:
    long = ["ä" * 40 + ending for ending in "xyz"]
    assert stata_names(long) == ["ä" * 32, "ä" * 30 + "_2", "ä" * 30 + "_3"]
    assert [len(name.encode()) for name in spss_names(long)] == [64, 64, 64]
    assert len(set(spss_names(long))) == 3


@given(st.lists(st.text(max_size=80), max_size=8))
def test_no_two_are_alike_and_all_fit(names: list[str]) -> None:
    for named, fits in ((spss_names, lambda n: len(n.encode()) <= 64), (stata_names, lambda n: len(n) <= 32)):
        found = named(names)
        assert len({name.casefold() for name in found}) == len(names) == len(found)
        assert all(fits(name) and name[0].isalpha() for name in found)
        assert named(found) == found
