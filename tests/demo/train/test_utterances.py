"""The batches of the transcripts: of the set that the course asks for, and every letter of what was joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from demo.train.optimise import Batch
from demo.train.utterances import BATCH_S, BETWEEN, FIRST_BATCH_S, RATE_HZ, SHORT_S, Course, Said, batch_of

COURSE = Course(100, short_until=0.0, regression_until=0.0, any_order_until=0.5)
SETS = 4


def said(letter: int) -> Said:
    """Sixty utterances of 0.5 to 6 s; one letter for each tenth of a second, the letter of the set."""
    tenths = [5 + i for i in range(60)]
    rng = np.random.default_rng(letter)
    clips = [rng.standard_normal(n * RATE_HZ // 10).astype(np.float32) for n in tenths]
    return Said(clips, [[letter] * n for n in tenths])


@pytest.fixture(scope="module")
def sets() -> list[Said]:
    return [said(letter) for letter in range(10, 10 + SETS)]


def letters_of(batch: Batch) -> list[list[int]]:
    return [[int(one) for one in row if one >= 0] for row in batch["labels"]]


@pytest.mark.parametrize("kind", range(SETS))
def test_the_shares_choose_the_set(sets: list[Said], kind: int) -> None:
    def alone(kind: int) -> tuple[float, float, float, float]:
        return (float(kind == 0), float(kind == 1), float(kind == 2), float(kind == 3))

    course = replace(COURSE, shares=alone(kind), late_shares=alone((kind + 1) % SETS))
    for step, expected in ((0, kind), (49, kind), (50, (kind + 1) % SETS), (99, (kind + 1) % SETS)):
        heard = {letter for row in letters_of(batch_of(sets, 1, course, step)) for letter in row}
        assert heard == {10 + expected}


def test_joined_utterances_keep_all_their_letters(sets: list[Said]) -> None:
    """Two in a row, a blank between words between them; no clip is much longer than what it was made of."""
    for step in range(8):
        alone, joined = (batch_of(sets, 1, replace(COURSE, joined=share), step) for share in (0.0, 1.0))
        assert not any(BETWEEN in row for row in letters_of(alone))
        for row, mask in zip(letters_of(joined), joined["mask"], strict=True):
            assert row.count(BETWEEN) == 1
            assert 0 < row.index(BETWEEN) < len(row) - 1
            seconds, spoken = int(mask.sum()) / RATE_HZ, (len(row) - 1) / 10
            # Speed and stretch change it most, by 1.18 x 1.4 and 0.82 x 0.75.
            assert spoken / (1.18 * 1.4) - 0.1 <= seconds <= (spoken + 0.5) / (0.82 * 0.75) + 0.1


def test_a_batch_has_about_its_length(sets: list[Said]) -> None:
    """In seconds of audio, whether joined or not, whatever the length of the clips, before they change their speed."""
    for joined in (0.0, 1.0):
        lengths = [
            int(batch_of(sets, 1, replace(COURSE, joined=joined), step)["mask"].sum()) / RATE_HZ for step in range(12)
        ]
        assert 0.7 * BATCH_S < np.mean(lengths) < 1.3 * BATCH_S


def test_at_first_clips_are_short_and_alone(sets: list[Said]) -> None:
    course = replace(COURSE, short_until=0.5, joined=1.0)
    for step in range(10):
        batch = batch_of(sets, 1, course, step)
        assert not any(BETWEEN in row for row in letters_of(batch))
        assert int(batch["mask"].sum(1).max()) <= SHORT_S * RATE_HZ / (0.82 * 0.75) + 1000
        assert int(batch["mask"].sum()) <= 1.5 * FIRST_BATCH_S * RATE_HZ


def test_a_step_is_drawn_by_its_number_alone(sets: list[Said]) -> None:
    first, again, other = (batch_of(sets, 1, replace(COURSE, joined=0.5), step) for step in (3, 3, 4))
    assert (first["clips"] == again["clips"]).all()
    assert first["clips"].shape != other["clips"].shape or (first["clips"] != other["clips"]).any()
