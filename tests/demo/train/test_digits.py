"""Strings of digits: of one person each, with all their letters, in rests that differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo.train.digits import MOST, Digits, of_people
from demo.train.utterances import BETWEEN, RATE_HZ, Said

N_PEOPLE, DIGIT_S = 3, 0.4


@pytest.fixture
def digits() -> Digits:
    """Each person at a level of their own, each digit one letter, none of it silent."""
    n = round(DIGIT_S * RATE_HZ)
    return Digits(
        [Said([np.full(n, 10.0**person, np.float32)] * 10, [[10 + i] for i in range(10)]) for person in range(N_PEOPLE)]
    )


def test_a_string_is_of_one_person_and_keeps_its_letters(digits: Digits) -> None:
    rng = np.random.default_rng(1)
    counts = set()
    for _ in range(200):
        drawn = digits.some(rng, seconds=20, longest=12, takes=1)
        lengths = {len(letters) for _, letters in drawn}
        assert len(lengths) == 1  # as many digits in each
        for clip, letters in drawn:
            assert letters[1::2] == [BETWEEN] * (len(letters) // 2)
            counts.add(len(letters[::2]))
            loud = clip[clip > 0]
            assert len(loud) == len(letters[::2]) * round(DIGIT_S * RATE_HZ)
            assert loud.max() / loud.min() < 10 ** (8.1 / 20)  # +- 4 dB; another person would be 20 dB away
    assert counts == set(range(1, MOST + 1))


def test_rests_run_together_and_stand_apart(digits: Digits) -> None:
    rng = np.random.default_rng(2)
    rests = []
    for _ in range(200):
        for clip, _ in digits.some(rng, seconds=20, longest=12, takes=1):
            ends = np.flatnonzero(np.diff((clip > 0).astype(int)))
            starts, stops = ends[0::2][1:], ends[1::2][:-1]
            rests += ((starts - stops[: len(starts)]) / RATE_HZ).tolist() if clip[0] == 0 else []
    assert min(rests) < 0.02
    assert 0.6 < max(rests) <= 0.75 + 1e-3


def test_short_strings_where_they_are_to_be_short(digits: Digits) -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        drawn = digits.some(rng, seconds=20, longest=2.5, takes=1)
        assert max(len(letters[::2]) for _, letters in drawn) <= 3


def test_people_are_of_the_splits_that_are_asked_for(shared_audio: Path) -> None:
    """Five hundred digits of the one person to choose by; the silence around them is gone."""
    (person,) = of_people(shared_audio, {"dev"}, lambda text: [len(text)]).people
    assert len(person.clips) == 500
    assert sorted({ids[0] for ids in person.letters}) == [3, 4, 5]
    for clip in person.clips:
        for edge in (clip[:800], clip[-800:]):
            assert np.abs(edge).max() > 0.005 * np.abs(clip).max()
