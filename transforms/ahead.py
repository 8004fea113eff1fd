"""A stage of a stream that a thread of its own works ahead of those after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from transforms.threads import use_threads

T = TypeVar("T")

_END: Any = object()


def read_ahead(items: Generator[T, None, None], most: int) -> Generator[T, None, None]:
    """``items`` in their order, taken by a thread while the caller is at work with those before.

    What ``items`` raises is raised where its next item would come.  It is closed by its own thread when the caller
    closes this generator, which waits for that.

    Args:
        most: so many items may be held that the caller has not taken.
    """
    with ThreadPoolExecutor(1, "ahead", use_threads, (1,)) as thread:
        taken: deque[Future[T]] = deque(thread.submit(next, items, _END) for _ in range(most))
        try:
            while (item := taken.popleft().result()) is not _END:
                taken.append(thread.submit(next, items, _END))
                yield item
        finally:
            for future in taken:
                future.cancel()
            thread.submit(items.close).result()
