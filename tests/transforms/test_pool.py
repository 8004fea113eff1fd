"""Items computed at once: in order, bounded, and an error where its result would be."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import torch

from transforms.pool import DONE_AHEAD, UNDER_WAY, InOrder, Pool, pool_of


@pytest.fixture(params=[None, 1, 2, 4])
def pool(request: pytest.FixtureRequest) -> Pool | None:
    return None if request.param is None else Pool(request.param)


def results(made: InOrder[int, int], items: range) -> Iterator[int]:
    for item in items:
        yield from made.push(item)
    yield from made.drain()


def test_results_come_in_the_order_of_the_items(pool: Pool | None) -> None:
    def late_if_even(i: int) -> int:
        time.sleep(0.002 * (i % 2 == 0))
        return i * i

    made = InOrder(late_if_even, pool)
    assert list(results(made, range(50))) == [i * i for i in range(50)]
    assert made.is_empty


def test_what_an_item_raises_comes_where_its_result_would(pool: Pool | None) -> None:
    found = results(InOrder(lambda i: 6 // (3 - i), pool), range(6))
    assert [next(found) for _ in range(3)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_several_are_computed_at_once() -> None:
    both = threading.Barrier(2, timeout=10)
    assert list(results(InOrder(lambda i: both.wait() * 0 + i, Pool(2)), range(4))) == [0, 1, 2, 3]


def test_no_more_is_under_way_than_has_room_whoever_gives_it() -> None:
    pool, go, begun = Pool(2), threading.Event(), []

    def give(name: str) -> None:
        made = InOrder(lambda i: go.wait(10), pool)
        for i in range(20):
            for _ in made.push(i):
                pass
            begun.append((name, i))
        list(made.drain())

    workers = [threading.Thread(target=give, args=(name,)) for name in "ab"]
    for worker in workers:
        worker.start()
    time.sleep(0.2)
    assert len(begun) == UNDER_WAY * pool.threads, "both workers wait"
    go.set()
    for worker in workers:
        worker.join()
    assert len(begun) == 40


def test_what_is_done_does_not_pile_up_behind_a_slow_one() -> None:
    pool, go, given = Pool(2), threading.Event(), []
    made = InOrder(lambda i: go.wait(10) if i == 0 else True, pool)

    def give() -> None:
        for i in range(40):
            for _ in made.push(i):
                pass
            given.append(i)

    worker = threading.Thread(target=give)
    worker.start()
    time.sleep(0.2)
    assert len(given) <= DONE_AHEAD * pool.threads + 1
    go.set()
    worker.join()
    assert len(list(made.drain())) + len(given) >= 40


def test_what_is_given_up_is_not_computed_and_leaves_room() -> None:
    pool, go, computed = Pool(1), threading.Event(), []

    def compute(i: int) -> None:
        go.wait(10)
        computed.append(i)

    for _ in range(5):
        made = InOrder(compute, pool)
        for i in range(UNDER_WAY - 1):
            list(made.push(i))
        made.give_up()
        assert made.is_empty
    go.set()
    list(results(InOrder(lambda i: i, pool), range(3)))
    assert len(computed) <= 1


def test_a_thread_of_the_pool_is_one_thread_to_torch() -> None:
    assert list(results(InOrder(lambda i: torch.get_num_threads(), Pool(2)), range(4))) == [1] * 4


def test_a_process_has_one_pool() -> None:
    assert pool_of("groups", 3) is pool_of("groups", 3)
    assert pool_of("groups", 3) is not pool_of("listening", 3), "those who give may not wait for those who take"
    assert pool_of("groups", 1) is None
