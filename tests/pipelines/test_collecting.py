"""Python looks for what holds itself less often while modules come, and as ever afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pipelines.collecting import SELDOM, as_usual, seldom


@pytest.fixture(autouse=True)
def before() -> Iterator[tuple[int, int, int]]:
    threshold = gc.get_threshold()
    yield threshold
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_it_is_as_ever_afterwards(before: tuple[int, int, int]) -> None:
    seldom()
    assert gc.get_threshold() == (SELDOM, *before[1:])
    as_usual()
    assert gc.get_threshold() == before
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_who_did_not_ask_for_it_finds_nothing_changed(before: tuple[int, int, int]) -> None:
    """A notebook in which a run is started keeps what it holds."""
    frozen = gc.get_freeze_count()
    as_usual()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, frozen)
