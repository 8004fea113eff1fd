"""Durations as a person writes them."""

from __future__ import annotations

import pytest

from schemas.config import Config
from schemas.duration import seconds_of
from schemas.errors import UsageError


def test_hours_minutes_and_seconds() -> None:
    assert [seconds_of(text) for text in ("8h", "90m", "1.5s", "0s")] == [28_800, 5_400, 1.5, 0]


@pytest.mark.parametrize("wrong", ["8", "h", "-1h", "8 h", "8d"])
def test_what_is_none_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no time such as 8h"):
        Config(stop_after=wrong)
