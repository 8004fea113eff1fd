"""Durations as a person writes them."""

from __future__ import annotations

import pytest

from schemas.config import Config
from schemas.duration import milliseconds_at, seconds_of
from schemas.errors import UsageError


def test_hours_minutes_and_seconds() -> None:
    assert [seconds_of(text) for text in ("8h", "90m", "1.5s", "0s")] == [28_800, 5_400, 1.5, 0]


@pytest.mark.parametrize("wrong", ["8", "h", "-1h", "8 h", "8d"])
def test_what_is_none_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no time such as 8h"):
        Config(stop_after=wrong)


def test_a_time_within_a_recording() -> None:
    said = ("3:00", "1:02:03.5", "180", "180.25", "0", "61:00", "0:61")
    assert [milliseconds_at(time) for time in said[:5]] == [180_000, 3_723_500, 180_000, 180_250, 0]
    for wrong in (*said[5:], "3:0", "-1", "3m", "", "1:2:3:4", "3:00:", "٣"):
        with pytest.raises(UsageError, match="is no time in a recording such as 3:00"):
            milliseconds_at(wrong)
