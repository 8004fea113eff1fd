"""The texts of a column as values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipelines.run.cell_types import typed


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.5", "", "-2", "1e3"], [1.5, None, -2.0, 1000.0]),
        (["1,5", "2", ",25"], [1.5, 2.0, 0.25]),
        (["1,5", "1.200"], [1.5, 1200.0]),
        (["1.234,5", "12,500"], [1234.5, 12.5]),
        (["1,234.5", "12,500"], [1234.5, 12500.0]),
        (["1.200", "3"], [1.2, 3.0]),
        (["0,500"], [0.5]),
        (["1,5", "1.5"], [None, 1.5]),
        (["1,500"], [None]),
        (["many"], [None]),
    ],
)
def test_decimal_marks(texts: list[str], values: list[float | None]) -> None:
    found = typed(texts, "float")
    assert found.values == values
    assert set(found.wrong) == {at for at, text in enumerate(texts) if text and values[at] is None}


def test_a_mark_that_may_mean_either_leads_on() -> None:
    assert typed(["1,500"], "float").wrong == {0: ": write 1200 or 1.2, for the mark may mean either"}
    assert typed(["1.200"], "int").wrong == {0: ": write 1200 or 1.2, for the mark may mean either"}


def test_a_point_that_may_mean_either_is_told() -> None:
    assert typed(["1.200", "3"], "float").notes == ("1.200 is taken as 1.2, the point as the decimal mark",)
    assert typed(["1.200", "3.5"], "float").notes == ()


def test_times_are_utc_and_those_of_no_zone_are_told() -> None:
    found = typed(
        ["2024-03-31T01:30:00+01:00", "2024-03-31 03:30", "2024-03-31T03:30:00Z", "31.3.2024", ""], "datetime"
    )
    assert found.values == [
        datetime(2024, 3, 31, 0, 30, tzinfo=UTC),
        datetime(2024, 3, 31, 3, 30, tzinfo=UTC),
        datetime(2024, 3, 31, 3, 30, tzinfo=UTC),
        datetime(2024, 3, 31, tzinfo=UTC),
        None,
    ]
    assert found.notes == ("31.3.2024 is taken as day.month.year", "2 of 4 values name no zone: taken as UTC")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "5.3.2024", date(2024, 3, 5)),
        ("date", "31.12.1999", date(1999, 12, 31)),
        ("bool", "Ja", True),
        ("bool", "FALSCH", False),
        ("bool", "1", True),
        ("int", "007", 7),
        ("text", "007", "007"),
    ],
)
def test_a_value(kind: str, text: str, value: Any) -> None:
    assert typed([text], kind).values == [value]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("date", "31/12/2024"), ("date", "32.1.2024"), ("datetime", "yesterday"), ("datetime", "0001-01-01T00:00+14:00")],
)
def test_what_is_none_of_the_type(kind: str, text: str) -> None:
    found = typed([text], kind)
    assert found.values == [None]
    assert 0 in found.wrong
