"""A stage that works ahead: the same items, bounded, ended when nobody wants more."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import pytest

from transforms.ahead import read_ahead


def counted(
    taken: list[int], fails_at: int | None = None, closed: list[str] | None = None
) -> Generator[int, None, None]:
    try:
        for i in range(20):
            if i == fails_at:
                raise ValueError("no more")
            taken.append(i)
            yield i
    finally:
        if closed is not None:
            closed.append(threading.current_thread().name)


@pytest.mark.parametrize("most", [1, 4, 100])
def test_the_items_are_the_same_in_the_same_order(most: int) -> None:
    assert list(read_ahead(counted([]), most)) == list(range(20))


@pytest.mark.parametrize("most", [1, 4])
def test_it_is_ahead_by_no_more_than_it_may(most: int) -> None:
    taken: list[int] = []
    ahead = read_ahead(counted(taken), most)
    for i in range(3):
        assert next(ahead) == i
        time.sleep(0.05)
        assert len(taken) == i + 1 + most
    ahead.close()


def test_an_error_comes_after_the_items_before_it() -> None:
    ahead = read_ahead(counted([], fails_at=5), 8)
    assert [next(ahead) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="no more"):
        next(ahead)


def test_it_ends_with_its_caller_and_closes_what_it_reads() -> None:
    before, closed, taken = threading.active_count(), [], []
    ahead = read_ahead(counted(taken, closed=closed), 4)
    next(ahead)
    ahead.close()
    assert len(closed) == 1
    assert closed[0].startswith("ahead")
    assert threading.active_count() == before
    assert len(taken) < 20
