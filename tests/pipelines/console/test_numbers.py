"""Numbers in words."""

from __future__ import annotations

import pytest

from pipelines.console.numbers import clock, counted, duration_in_words, hours_in_words, megabytes, speed_in_words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (counted(1, "file"), "1 file"),
        (counted(1200, "file"), "1,200 files"),
        (counted(0, "copy", "copies"), "0 copies"),
        (hours_in_words(0), "0.0 minutes"),
        (hours_in_words(0.168), "10.1 minutes"),
        (hours_in_words(1), "1.0 hours"),
        (hours_in_words(12_345.6), "12,346 hours"),
        (duration_in_words(0.2), "1 second"),
        (duration_in_words(119), "119 seconds"),
        (duration_in_words(120), "2 minutes"),
        (duration_in_words(7200), "2.0 hours"),
        (clock(0), "0:00:00"),
        (clock(59_999), "0:00:59"),
        (clock(36_061_000), "10:01:01"),
        (megabytes(1_234_567_890), "1,234.6 MB"),
        (speed_in_words(0.04), "0.0x real time"),
        (speed_in_words(9.94), "9.9x real time"),
        (speed_in_words(1800), "1,800x real time"),
    ],
)
def test_in_words(said: str, words: str) -> None:
    assert said == words
