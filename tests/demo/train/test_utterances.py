"""The batches of the transcripts: of the set that the course asks for, and every letter of what was joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demo.train.data import augment
from demo.train.optimise import Batch
from demo.train.utterances import (
    BATCH_S,
    BETWEEN,
    FIRST_BATCH_S,
    RATE_HZ,
    SHORT_S,
    TEMPOS,
    Course,
    Drawn,
    Said,
    batch_of,
)

COURSE = Course(100, short_until=0.0, regression_until=0.0, any_order_until=0.5)
SOURCES = 4
SLOWEST, FASTEST = (TEMPOS[0] * (1 - Said.widest), TEMPOS[1] * (1 + Said.widest))


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
        for row, mask in zip(letters_of(joined), joined["mask"], strict=True):
            assert row.count(BETWEEN) == 1
            assert 0 < row.index(BETWEEN) < len(row) - 1
            seconds, spoken = int(mask.sum()) / RATE_HZ, (len(row) - 1) / 10
            assert spoken / FASTEST - 0.1 <= seconds <= (spoken + 0.5) / SLOWEST + 0.1


def test_a_batch_has_about_its_length(sources: list[Said]) -> None:
    """In seconds of audio, whether joined or not, whatever the length of the clips, over all speeds and tempos."""
    for joined in (0.0, 1.0):
        lengths = [
            int(batch_of(sources, 1, replace(COURSE, joined=joined), step)["mask"].sum()) / RATE_HZ
            for step in range(12)
        ]
        assert 0.7 * BATCH_S < np.mean(lengths) < 1.3 * BATCH_S


def test_at_first_clips_are_short_and_alone(sources: list[Said]) -> None:
    course = replace(COURSE, short_until=0.5, joined=1.0)
    for step in range(10):
        batch = batch_of(sources, 1, course, step)
        assert not any(BETWEEN in row for row in letters_of(batch))
        assert int(batch["mask"].sum(1).max()) <= SHORT_S * RATE_HZ / SLOWEST + 1000
        assert int(batch["mask"].sum()) <= 1.5 * FIRST_BATCH_S * RATE_HZ


def test_a_step_is_drawn_by_its_number_alone(sources: list[Said]) -> None:
    first, again, other = (batch_of(sources, 1, replace(COURSE, joined=0.5), step) for step in (3, 3, 4))
    assert (first["clips"] == again["clips"]).all()
    assert first["clips"].shape != other["clips"].shape or (first["clips"] != other["clips"]).any()


class Tone:
    """One tone, twice, as a source whose people are few or many."""

    def __init__(self, widest: float, tract: float) -> None:
        self.widest, self.tract = widest, tract

    def some(self, rng: np.random.Generator, seconds: float, longest: float, takes: int) -> Drawn:
        tone = np.sin(2 * np.pi * 300 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
        return [(tone, [10])] * 2


def lengths_and_warps(source: Tone, strange: float, monkeypatch: pytest.MonkeyPatch) -> tuple[set[int], list[float]]:
    """The lengths of 20 batches' clips, and the factors of the tracts that they got."""
    factors: list[float] = []

    def warp(clip: np.ndarray, factor: float, upper: float) -> np.ndarray:
        factors.extend((factor, upper))
        return clip

    monkeypatch.setattr(augment, "warp_formants", warp)
    alone = (0.0, 0.0, 0.0, 1.0)
    course = replace(COURSE, shares=alone, late_shares=alone, strange=strange)
    batches = [batch_of([source] * SOURCES, 1, course, step) for step in range(20)]
    return {int(row.sum()) for batch in batches for row in batch["mask"]}, factors


def test_how_far_and_how_often_is_the_sources_own(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths, factors = lengths_and_warps(Tone(0.0, 1.0), 0.0, monkeypatch)
    assert lengths == {RATE_HZ}  # no other speed, and no tempo where nothing is to be strange
    assert factors == [1.0] * 80  # another tract always, of the same length
    lengths, factors = lengths_and_warps(Tone(0.25, 0.0), 0.0, monkeypatch)
    assert min(lengths) < RATE_HZ / 1.15 < RATE_HZ / 0.85 < max(lengths)
    assert not factors
    lengths, factors = lengths_and_warps(Tone(0.0, 0.0), 1.0, monkeypatch)
    assert min(lengths) < RATE_HZ / 1.2 < RATE_HZ / 0.85 < max(lengths) <= RATE_HZ / TEMPOS[0] + 1
    assert len(factors) == 80
