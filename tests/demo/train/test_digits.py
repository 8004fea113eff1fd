"""Strings of digits: of one person each, with all their letters, in rests that differ."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import soundfile as sf

from demo.train.data.manifest import Row
from demo.train.data.speech_set import DIGIT, REAL
from demo.train.data.splits import Split
from demo.train.digits import MOST, Digits, Person, of_people
from demo.train.utterances import BETWEEN, RATE_HZ

N_PEOPLE, DIGIT_S = 3, 0.4


@pytest.fixture
def digits() -> Digits:
    """Each person at a level of their own, each digit one letter, none of it silent."""
    n = round(DIGIT_S * RATE_HZ)
    return Digits(
        [
            Person([np.full(n, 10.0**person, np.float32)] * 10, [[10 + i] for i in range(10)])
            for person in range(N_PEOPLE)
        ]
    )


@pytest.mark.slow
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
            seconds = len(loud) / RATE_HZ / len(letters[::2])
            assert DIGIT_S / 1.16 < seconds < DIGIT_S / 0.84
            middle = np.sort(loud)[len(loud) // 20 :]  # a digit at another speed begins and ends less steeply
            assert middle.max() / middle.min() < 10 ** (9 / 20)  # +- 4 dB; another person would be 20 dB away
    assert counts == set(range(1, MOST + 1))


@pytest.mark.slow
def test_rests_run_together_and_stand_apart(digits: Digits) -> None:
    """Half of the strings have rests of up to 0.15 s, half of up to 0.5 s, each 0.5 to 1.5 times that."""
    rng = np.random.default_rng(2)
    longest = []
    for _ in range(200):
        for clip, letters in digits.some(rng, seconds=20, longest=12, takes=1):
            loud = np.concatenate([[0], (clip > 0).astype(int), [0]])
            starts, stops = np.flatnonzero(np.diff(loud) == 1), np.flatnonzero(np.diff(loud) == -1)
            assert len(starts) <= (len(letters) + 1) // 2
            longest += [max((starts[1:] - stops[:-1]) / RATE_HZ, default=0.0)]
    assert min(longest) == 0.0
    assert 0.6 < max(longest) <= 0.75 + 1e-3
    assert 0.5 < np.mean(np.array(longest) <= 0.225 + 1e-3) < 0.85


def test_short_strings_where_they_are_to_be_short(digits: Digits) -> None:
    """As many as fit with rests of the usual length; with the longest rests they may take longer."""
    rng = np.random.default_rng(3)
    drawn = [one for _ in range(50) for one in digits.some(rng, seconds=20, longest=2.5, takes=1)]
    assert max(len(letters[::2]) for _, letters in drawn) == 3
    assert np.mean([len(clip) <= 2.5 * RATE_HZ for clip, _ in drawn]) > 0.95


@pytest.mark.slow
def test_people_are_those_to_train_on(tmp_path: Path) -> None:
    """And the silence around their digits is gone."""
    tone = np.sin(2 * np.pi * 300 * np.arange(RATE_HZ // 2) / RATE_HZ)
    rows = []
    for split, person, label in (
        ("train", "ann", DIGIT),
        ("train", "ann", DIGIT),
        ("train", "bob", DIGIT),
        ("dev", "cy", DIGIT),
        ("train", "di", REAL),
    ):
        row = Row(f"{len(rows)}.flac", cast(Split, split), label, person, text="one")
        sf.write(tmp_path / row.path, np.pad(tone, RATE_HZ // 2), RATE_HZ)
        rows.append(row)
    people = of_people(tmp_path, rows, lambda text: [len(text)]).people
    assert [len(person.clips) for person in people] == [2, 1]
    for person in people:
        assert list(person.letters) == [[3]] * len(person.clips)
        for clip in person.clips:
            assert 0.5 <= len(clip) / RATE_HZ < 0.6
