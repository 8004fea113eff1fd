"""Threads of a process that compute at once what its workers have gathered, with results in the order of the items."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Generic, TypeVar

from transforms.threads import use_threads

T = TypeVar("T")
R = TypeVar("R")

UNDER_WAY = 2
"""Items for each thread that are computed or wait for it.  A minute of audio each, they are what look-ahead holds in
memory; with one, a thread would wait for the worker that gathers its next."""

DONE_AHEAD = 4
"""Results for each thread that may wait for the one before them.  They are rows, and small."""


class Pool:
    """Threads that all workers of a process share, so that whoever is the last to be done has them all.

    Each computes with one thread of its own in torch's operators.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._executor = ThreadPoolExecutor(threads, "side by side", use_threads, (1,))
        self._room = threading.Semaphore(UNDER_WAY * threads)

    def submit(self, compute: Callable[[T], R], item: T) -> Future[R]:
        """Have ``item`` computed; waits while as much as may be held is under way, whoever gave it."""
        self._room.acquire()
        future = self._executor.submit(compute, item)
        future.add_done_callback(self._made_room)
        return future

    def _made_room(self, future: Future[Any]) -> None:
        self._room.release()


@lru_cache
def pool_of(what: str, threads: int) -> Pool | None:
    """The pool of this process for ``what``; None for one thread, which had better be the worker's own."""
    return Pool(threads) if threads > 1 else None


class InOrder(Generic[T, R]):
    """Items of one stream computed at once, whose results come in the order of the items.

    Args:
        compute: of an item; what it raises is raised where its result would come.
        pool: None computes each item when it is given.
    """

    def __init__(self, compute: Callable[[T], R], pool: Pool | None) -> None:
        self._compute = compute
        self._pool = pool
        self._pending: deque[Future[R]] = deque()

    @property
    def is_empty(self) -> bool:
        return not self._pending

    def push(self, item: T) -> Iterator[R]:
        """Take an item; give the results that are ready."""
        if self._pool is None:
            yield self._compute(item)
            return
        self._pending.append(self._pool.submit(self._compute, item))
        while self._pending and (self._pending[0].done() or len(self._pending) > DONE_AHEAD * self._pool.threads):
            yield self._pending.popleft().result()

    def drain(self) -> Iterator[R]:
        """Wait for what is left, and give it."""
        while self._pending:
            yield self._pending.popleft().result()

    def give_up(self) -> None:
        """Forget what is left: what has not begun is not computed."""
        while self._pending:
            self._pending.popleft().cancel()
