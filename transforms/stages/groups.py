"""Groups of a branch to what is made of them, several groups at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from transforms.gather import Group
from transforms.pool import InOrder, pool_of


class OfGroups(beam.DoFn):
    """The base of a stage that makes something of groups; what is made of each is given on in their order.

    A group that closes its shard leaves nothing of the shard behind: whoever hears of the shard's end in another
    branch may take it that everything of this one was given on.

    Args:
        threads: so many groups are made at once in a process, whoever of its workers has gathered them.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def make(self, group: Group[Any]) -> Any:
        """What is made of a group; a thread of the pool calls it, which counts nothing for Beam."""
        raise NotImplementedError

    def tell(self, made: Any) -> Iterator[Any]:
        """What is given on of something made; the thread of the bundle calls it."""
        yield from made

    def start_bundle(self) -> None:
        self._made: InOrder[Group[Any], Any] = InOrder(self.make, pool_of("groups", self._threads))

    def process(self, group: Group[Any]) -> Iterator[Any]:
        try:
            for made in self._made.push(group):
                yield from self.tell(made)
            for made in self._made.drain() if group.closes else ():
                yield from self.tell(made)
        except BaseException:  # the bundle is lost
            self._made.give_up()
            raise

    def finish_bundle(self) -> None:
        if not self._made.is_empty:
            self._made.give_up()
            raise RuntimeError("a bundle ended within a shard: this engine does not fuse the chain")
