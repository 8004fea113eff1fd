"""The sets that ``--models`` chooses between."""

from __future__ import annotations

from schemas.cards import CARDS
from schemas.jobs import JOBS
from schemas.sets import DEMO, SET_NAMES, SETS


def test_the_names_are_those_of_the_sets_and_the_demo() -> None:
    assert (*SETS, DEMO) == SET_NAMES


def test_a_set_is_base_but_for_what_it_names() -> None:
    assert SETS["base"].checkpoints == {name: job.base for name, job in JOBS.items() if not job.asked_for_by_name}
    for one in SETS.values():
        assert one.instead.keys() <= one.checkpoints.keys()
        assert one.checkpoints == {**SETS["base"].checkpoints, **one.instead}


def test_what_a_set_is_named_after_is_true_of_it() -> None:
    errors = {name: CARDS[one.checkpoints["transcripts"]].word_errors or 100 for name, one in SETS.items()}
    assert min(errors, key=lambda name: errors[name]) == "accurate"
    assert max(errors, key=lambda name: errors[name]) == "base"
    assert CARDS[SETS["multilingual"].checkpoints["transcripts"]].languages == "99 languages"
    heaviest = max(SETS, key=lambda name: CARDS[SETS[name].checkpoints["transcripts"]].millions or 0)
    assert heaviest != "fast"
