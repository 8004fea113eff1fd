"""The batches of the transcripts: of the set that the course asks for, and every letter of what was joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from demo.train.optimise import Batch
from demo.train.utterances import (
    BATCH_S,
    BETWEEN,
    RATE_HZ,
    SHORT_S,
    Course,
    Drawn,
    Said,
    batch_of,
)
from demo.train.variation import Variety

COURSE = Course(100, short_until=0.0, regression_until=0.0, any_order_until=0.5)
SOURCES = 4
SLOWEST, FASTEST = 1 - Variety.widest, 1 + Variety.widest


def said(letter: int) -> Said:
    """Sixty utterances of 0.5 to 6 s; one letter for each tenth of a second, the letter of the source."""
    tenths = [5 + i for i in range(60)]
    rng = np.random.default_rng(letter)
    clips = [rng.standard_normal(n * RATE_HZ // 10).astype(np.float32) for n in tenths]
    return Said(clips, [[letter] * n for n in tenths])


@pytest.fixture(scope="module")
def sources() -> list[Said]:
    return [said(letter) for letter in range(10, 10 + SOURCES)]


def letters_of(batch: Batch) -> list[list[int]]:
    return [[int(one) for one in row if one >= 0] for row in batch["labels"]]


@pytest.mark.parametrize("kind", range(SOURCES))
def test_the_shares_choose_the_source(sources: list[Said], kind: int) -> None:
    def alone(kind: int) -> tuple[float, float, float, float]:
        return (float(kind == 0), float(kind == 1), float(kind == 2), float(kind == 3))

    course = replace(COURSE, shares=alone(kind), late_shares=alone((kind + 1) % SOURCES))
    for step, expected in ((0, kind), (49, kind), (50, (kind + 1) % SOURCES), (99, (kind + 1) % SOURCES)):
        heard = {letter for row in letters_of(batch_of(sources, 1, course, step)) for letter in row}
        assert heard == {10 + expected}


def test_joined_utterances_keep_all_their_letters(sources: list[Said]) -> None:
    """Two in a row, a blank between words between them; no clip is much longer than what it was made of."""
    for step in range(8):
        alone, joined = (batch_of(sources, 1, replace(COURSE, joined=share), step) for share in (0.0, 1.0))
        assert not any(BETWEEN in row for row in letters_of(alone))
        for row, length in zip(letters_of(joined), joined["lengths"], strict=True):
            assert row.count(BETWEEN) == 1
            assert 0 < row.index(BETWEEN) < len(row) - 1
            seconds, spoken = int(length) / RATE_HZ, (len(row) - 1) / 10
            assert spoken / FASTEST - 0.1 <= seconds <= (spoken + 0.5) / SLOWEST + 0.1


def test_a_batch_has_about_its_length(sources: list[Said]) -> None:
    """In seconds of audio, whether joined or not, whatever the length of the clips, over all speeds and tempos."""
    for joined in (0.0, 1.0):
        lengths = [
            int(batch_of(sources, 1, replace(COURSE, joined=joined), step)["lengths"].sum()) / RATE_HZ
            for step in range(12)
        ]
        assert 0.7 * BATCH_S < np.mean(lengths) < 1.3 * BATCH_S


def test_at_first_clips_are_short_and_alone(sources: list[Said]) -> None:
    course = replace(COURSE, short_until=0.5, joined=1.0)
    for step in range(10):
        batch = batch_of(sources, 1, course, step)
        assert not any(BETWEEN in row for row in letters_of(batch))
        assert int(batch["lengths"].max()) <= SHORT_S * RATE_HZ / SLOWEST + 1000
        assert int(batch["lengths"].sum()) <= 1.5 * BATCH_S / 2 * RATE_HZ


def test_a_step_is_drawn_by_its_number_alone(sources: list[Said]) -> None:
    first, again, other = (batch_of(sources, 1, replace(COURSE, joined=0.5), step) for step in (3, 3, 4))
    assert (first["clips"] == again["clips"]).all()
    assert first["clips"].shape != other["clips"].shape or (first["clips"] != other["clips"]).any()


class Tone:
    """One tone, twice, as a source whose people are few or many."""

    def __init__(self, widest: float, tract: float, strange: float = 0.0) -> None:
        self.variety = Variety(widest, tract, strange)

    def some(self, rng: np.random.Generator, seconds: float, longest: float, takes: int) -> Drawn:
        tone = np.sin(2 * np.pi * 300 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
        return [(tone, [10])] * 2


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [20.0, 600.0])
def test_a_step_can_hold_more_or_less(sources: list[Said], seconds: float) -> None:
    """As for a GPU, or for one of two processes."""
    found = [
        int(batch_of(sources, 1, replace(COURSE, batch_s=seconds), step)["lengths"].sum()) / RATE_HZ
        for step in range(12)
    ]
    assert 0.7 * seconds < np.mean(found) < 1.3 * seconds


def lengths_and_tracts(source: Tone, strange: float) -> tuple[set[int], np.ndarray]:
    """The lengths of 20 batches' clips, and the factors of the tracts that they get."""
    alone = (0.0, 0.0, 0.0, 1.0)
    course = replace(COURSE, shares=alone, late_shares=alone, strange=strange)
    batches = [batch_of([source] * SOURCES, 1, course, step) for step in range(20)]
    lengths = {int(length) for batch in batches for length in batch["lengths"]}
    return lengths, torch.cat([batch["tract"] for batch in batches]).numpy()


def test_how_far_and_how_often_is_the_sources_own() -> None:
    lengths, factors = lengths_and_tracts(Tone(0.0, 1.0), 0.0)
    assert lengths == {RATE_HZ}  # no other speed
    assert (factors == 1.0).all()  # another tract always, of the same length
    lengths, factors = lengths_and_tracts(Tone(0.25, 0.0), 0.0)
    assert min(lengths) < RATE_HZ / 1.15 < RATE_HZ / 0.85 < max(lengths)
    assert (factors == 1.0).all()
    _, factors = lengths_and_tracts(Tone(0.25, 0.0), 1.0)
    assert (factors != 1.0).all()
    assert factors.min() < 0.8 < 1.2 < factors.max()
    _, factors = lengths_and_tracts(Tone(0.25, 0.0, strange=1.0), 0.0)
    assert (factors != 1.0).all()
