"""The words of ``--mix`` and of ``recordings.mix``."""

from __future__ import annotations

import re

import pytest

from schemas.errors import UsageError
from schemas.mixes import PATTERN, alone, channels_of, check_mix, turned


@pytest.mark.parametrize(
    ("said", "kept", "channels"),
    [
        ("auto", "auto", ()),
        (" Mean ", "mean", ()),
        ("2", "2", (2,)),
        ("3+1", "1+3", (1, 3)),
        ("1, 3,3", "1+3", (1, 3)),
    ],
)
def test_words_are_kept_in_one_form(said: str, kept: str, channels: tuple[int, ...]) -> None:
    assert check_mix(said) == kept
    assert channels_of(kept) == channels


@pytest.mark.parametrize("word", ["", "0", "left", "1+", "-2", "1-2"])
def test_another_word_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="none of auto, mean, the number of a channel"):
        check_mix(word)


@pytest.mark.parametrize(
    "mix",
    [
        *("mono", "mean", "without LFE", "W", "apart", alone([2]), alone([1, 3]), turned([2])),
        "channel 1, mean",
        "track 1: mean; track 2: channel 2, mean",
    ],
)
def test_the_column_holds_a_closed_vocabulary(mix: str) -> None:
    assert re.match(PATTERN, mix)


@pytest.mark.parametrize("mix", ["", "average", "channel 0", "channel 1+2", "mean,", "track: mean", "mean mean"])
def test_nothing_else(mix: str) -> None:
    assert not re.match(PATTERN, mix)
