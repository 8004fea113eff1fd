"""Items of a stream gathered into groups of bounded length, which is all that is ever held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Item(Generic[T]):
    """Something of a shard on its way through a branch; a value of None says that the shard ends."""

    shard: str
    value: T | None


@dataclass(frozen=True)
class Group(Generic[T]):
    """Items of one shard in their order; ``closes``: the shard has no more."""

    shard: str
    values: tuple[T, ...]
    closes: bool

    def __len__(self) -> int:
        return len(self.values)


class Gatherer(Generic[T]):
    """Gathers items until together they weigh enough; never items of two shards.

    Args:
        enough: the weight at which a group is given on.
        weigh: the weight of an item.
    """

    def __init__(self, enough: float, weigh: Callable[[T], float]) -> None:
        self._enough = enough
        self._weigh = weigh
        self._values: list[T] = []
        self._weight = 0.0

    def push(self, item: Item[T]) -> Group[T] | None:
        """Take an item; give the group that it completes, if it does.  The end of a shard always does."""
        if item.value is not None:
            self._values.append(item.value)
            self._weight += self._weigh(item.value)
            if self._weight < self._enough:
                return None
        group = Group(item.shard, tuple(self._values), closes=item.value is None)
        self._values, self._weight = [], 0.0
        return group

    @property
    def is_empty(self) -> bool:
        return not self._values


class Evenly(Generic[T]):
    """Cuts what is left at the end of a shard evenly, so that no thread waits for another one's last group.

    A group is held back until the next one comes, or its shard ends: then both are cut anew.

    Args:
        threads: that share what is left; with one, groups are given on as they come.
        weigh: the weight of an item.
    """

    def __init__(self, threads: int, weigh: Callable[[T], float]) -> None:
        self._threads = threads
        self._weigh = weigh
        self._held: Group[T] | None = None

    def push(self, group: Group[T]) -> Iterator[Group[T]]:
        """Take a group; give those that may go."""
        held, self._held = self._held, None
        if self._threads == 1:
            yield group
        elif group.closes:
            yield from self._cut(Group(group.shard, (*(held.values if held else ()), *group.values), closes=True))
        else:
            self._held = group
            if held is not None:
                yield held

    @property
    def is_empty(self) -> bool:
        return self._held is None

    def _cut(self, group: Group[T]) -> Iterator[Group[T]]:
        """At most a part for each thread; the last one closes the shard."""
        whole, weight = sum(map(self._weigh, group.values)), 0.0
        parts: dict[int, list[T]] = {}
        for value in group.values:
            # Where the middle of an item lies tells whose it is.
            middle = weight + self._weigh(value) / 2
            parts.setdefault(int(self._threads * middle / whole) if whole else 0, []).append(value)
            weight += self._weigh(value)
        *first, last = parts.values() or [[]]
        for part in first:
            yield Group(group.shard, tuple(part), closes=False)
        yield Group(group.shard, tuple(last), closes=True)
