"""Values in messages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.shown import LIMIT, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("a", "'a'"),
        (None, "null"),
        (True, "true"),
        ("a\x1b\n", "'a\\x1b\\n'"),
        ("x" * 10**6, "'" + "x" * 58 + "…"),
        (10**4000, "a number of more than 30 digits"),
        ([1] * 10**6, "a list of 1,000,000"),
        (date(2024, 3, 5), "2024-03-05"),
        (float("nan"), "NaN"),
        ({"a": 1}, "1 names with their values"),
    ],
)
def test_what_is_shown_of_a_value(value: Any, text: str) -> None:
    assert shown(value) == text


@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(), st.lists))
def test_whatever_it_is_it_is_short_and_on_one_line(value: Any) -> None:
    assert len(shown(value)) <= LIMIT
    assert shown(value).isprintable()
