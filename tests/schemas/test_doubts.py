"""Every code of doubt is explained, with the threshold that it is given by."""

from __future__ import annotations

import pytest

from schemas.dictionary import dictionary
from schemas.doubts import COMPRESSED_OVER, LETTERS_A_SECOND_OVER, LOG_PROBABILITY_UNDER, MEANT, SPEECH_UNDER, Doubt


@pytest.mark.parametrize(
    ("doubt", "threshold"),
    [
        (Doubt.REPETITION, COMPRESSED_OVER),
        (Doubt.NO_SPEECH, SPEECH_UNDER),
        (Doubt.LOW_PROBABILITY, LOG_PROBABILITY_UNDER),
        (Doubt.FASTER_THAN_SPEECH, LETTERS_A_SECOND_OVER),
    ],
)
def test_the_page_tells_what_each_means_and_its_threshold(doubt: Doubt, threshold: float) -> None:
    assert f"| `{doubt.value}` | {MEANT[doubt]} |" in dictionary()
    assert f" {threshold:g}" in MEANT[doubt]


def test_there_are_no_others() -> None:
    assert set(MEANT) == set(Doubt)


def test_the_fastest_talker_is_not_faster() -> None:
    assert 1105 / 23.8 - 1 < LETTERS_A_SECOND_OVER < 1105 / 23.8
