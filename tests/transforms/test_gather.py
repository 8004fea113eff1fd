"""Groups: bounded, of one shard, in order, closed once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.gather import Evenly, Gatherer, Group, Item

SHARDS = st.lists(st.lists(st.integers(1, 40), max_size=20), max_size=4)


def groups_of(shards: list[list[int]], enough: float) -> list[Group[int]]:
    """What a gatherer makes of shards one after the other, as a bundle brings them."""
    gatherer: Gatherer[int] = Gatherer(enough, float)
    groups = []
    for i, values in enumerate(shards):
        for item in [*(Item(f"shard-{i}", v) for v in values), Item(f"shard-{i}", None)]:
            group = gatherer.push(item)
            if group is not None:
                groups.append(group)
        assert gatherer.is_empty
    return groups


@given(shards=SHARDS, enough=st.integers(1, 100))
def test_groups_hold_every_item_once(shards: list[list[int]], enough: int) -> None:
    groups = groups_of(shards, enough)
    for i, values in enumerate(shards):
        of = [g for g in groups if g.shard == f"shard-{i}"]
        assert [v for g in of for v in g.values] == values, "in order, none of another shard"
        assert [g.closes for g in of] == [False] * (len(of) - 1) + [True], "closed once, at its end"
    for group in groups:
        assert sum(group.values[:-1]) < enough, "no more than one item over what is enough"
        assert group.closes or sum(group.values) >= enough
        assert len(group) == len(group.values)


def test_a_shard_that_fills_its_last_group_is_closed_by_an_empty_one() -> None:
    assert groups_of([[5, 5]], 10) == [Group("shard-0", (5, 5), False), Group("shard-0", (), True)]


def test_a_shard_without_items_is_closed() -> None:
    assert groups_of([[]], 10) == [Group("shard-0", (), True)]


def test_items_wait_until_there_are_enough() -> None:
    gatherer: Gatherer[int] = Gatherer(10, float)
    assert gatherer.push(Item("a", 9)) is None
    assert not gatherer.is_empty
    assert gatherer.push(Item("a", 1)) == Group("a", (9, 1), False)
    assert gatherer.is_empty


@given(shards=SHARDS, enough=st.integers(1, 100), threads=st.integers(1, 5))
def test_what_is_left_of_a_shard_is_cut_evenly(shards: list[list[int]], enough: int, threads: int) -> None:
    evenly: Evenly[int] = Evenly(threads, float)
    groups = [part for group in groups_of(shards, enough) for part in evenly.push(group)]
    assert evenly.is_empty
    for i, values in enumerate(shards):
        of = [g for g in groups if g.shard == f"shard-{i}"]
        assert [v for g in of for v in g.values] == values, "in order, none of another shard"
        assert [g.closes for g in of] == [False] * (len(of) - 1) + [True], "closed once, at its end"
        if threads > 1 and sum(values) < enough:
            assert len(of) <= threads
            most = max(sum(g.values) for g in of)
            assert most <= sum(values) / threads + max(values, default=0), "no thread has more than its part"


def test_a_short_recording_has_a_part_for_each_thread_and_a_long_one_whole_groups() -> None:
    evenly: Evenly[int] = Evenly(2, float)
    assert list(evenly.push(Group("a", (5, 5, 5, 5), True))) == [Group("a", (5, 5), False), Group("a", (5, 5), True)]
    assert list(evenly.push(Group("b", (8,), False))) == []
    assert not evenly.is_empty
    assert list(evenly.push(Group("b", (7,), False))) == [Group("b", (8,), False)]
    assert list(evenly.push(Group("b", (1,), True))) == [Group("b", (7,), False), Group("b", (1,), True)]
