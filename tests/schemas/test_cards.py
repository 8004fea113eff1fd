"""What is said of published checkpoints can be true, and all that are named have their card."""

from __future__ import annotations

import pytest

from schemas.cards import CARDS, LEADERBOARD, Card
from schemas.jobs import JOBS
from schemas.sets import SETS


@pytest.mark.parametrize("card", CARDS.values(), ids=lambda card: card.name)
def test_a_card_says_what_can_be(card: Card) -> None:
    assert card.name.count("/") == 1
    assert card.licence == card.licence.lower()  # as the Hub writes identifiers
    assert (card.word_errors is None) == (not card.measured_by), "a figure has a source, and a source a figure"
    assert card.word_errors is None or 1 < card.word_errors < 100  # percent
    if card.megabytes and card.millions:
        assert 1.9 < card.megabytes / card.millions < 4.1, "weights are of 2 bytes or of 4"


def test_memory_is_that_of_the_weights_in_fp32() -> None:
    assert CARDS["facebook/wav2vec2-base-960h"].memory_megabytes == 378  # its file is in fp32
    turbo = CARDS["openai/whisper-large-v3-turbo"]
    assert turbo.megabytes == 1620  # in fp16
    assert turbo.memory_megabytes == 3236
    assert Card("a/b", languages="", licence="").memory_megabytes is None


def test_every_checkpoint_that_is_named_has_a_card() -> None:
    named = {name for one in SETS.values() for name in one.checkpoints.values()} | {job.base for job in JOBS.values()}
    assert named <= CARDS.keys(), f"schemas/cards.py has no card of {', '.join(named - CARDS.keys())}"


def test_the_recogniser_of_every_set_has_a_published_figure() -> None:
    for one in SETS.values():
        assert CARDS[one.checkpoints["transcripts"]].measured_by == LEADERBOARD, one.name
