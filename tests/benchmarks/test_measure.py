"""Turns, patience and ratios."""

from __future__ import annotations

import torch

from benchmarks.measure import Patience, Spread, beyond, interleaved, rates, ratios, spread, timed, using_threads


def test_contenders_take_turns() -> None:
    order: list[str] = []
    results = interleaved({name: lambda name=name: order.append(name) or len(order) for name in "ab"}, Patience(3))
    assert order == list("ababab")
    assert results == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_patience_ends_but_not_before_the_least() -> None:
    for least in (1, 2, 4):
        results = interleaved({"a": lambda: 0}, Patience(rounds=9, least=least, seconds=0))
        assert len(results["a"]) == least
    assert Patience(seconds=100).share(0.25).seconds == 25


def test_a_round_is_told() -> None:
    told: list[str] = []
    interleaved({"a": lambda: 0}, Patience(2, say=told.append))
    assert told == ["  round 1 of at most 2", "  round 2 of at most 2"]


def test_ratios_are_those_of_the_rounds() -> None:
    assert ratios([2, 30, 8], [1, 10, 2]) == Spread(3, 2, 4)
    assert rates(10, [1, 2, 5]) == Spread(5, 2, 10)
    assert spread([4]) == Spread(4, 4, 4)


def test_start_up_is_taken_off_round_by_round() -> None:
    less = beyond([3, 2], [1, 2.5])
    assert less[0] == 2
    assert 0 < less[1] < 1e-6


def test_threads_are_put_back() -> None:
    before = torch.get_num_threads()
    seen: list[int] = []
    assert timed(lambda: seen.append(torch.get_num_threads()), before + 1)() > 0
    assert seen == [before + 1]
    assert torch.get_num_threads() == before
    with using_threads(None):
        assert torch.get_num_threads() == before
