"""Items of a stream gathered into groups of bounded length, which is all that is ever held."""

from __future__ import annotations

from collections.abc import Callable
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
