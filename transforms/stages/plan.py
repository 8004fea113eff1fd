"""What is known of the sources, to shards on the worker that will do them."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam

from schemas.records import Known, Shard
from transforms.plan import join_copies, make_lanes, make_shards
from transforms.ticks import Ticker


class Plan(beam.PTransform):
    """Joins copies, makes shards and deals them out.

    Args:
        lanes: workers to balance over; an engine that moves work by itself is given more.
        shard_seconds: the most audio in a shard of several recordings.
    """

    def __init__(self, lanes: int, shard_seconds: float, ticks: tuple[str, int] | None = None) -> None:
        super().__init__()
        self._lanes = lanes
        self._shard_seconds = shard_seconds
        self._ticks = ticks

    def expand(self, known: beam.PCollection[Known]) -> beam.PCollection[Shard]:
        return (
            known
            | "All" >> beam.combiners.ToList()
            | "Deal" >> beam.FlatMap(deal, self._lanes, self._shard_seconds, self._ticks)
            | "To workers" >> beam.Reshuffle()
            | "Shards" >> beam.FlatMap(iter)
        )


def deal(known: list[Known], lanes: int, shard_seconds: float, ticks: tuple[str, int] | None) -> Iterator[list[Shard]]:
    """The lanes of a run, each the shards of one worker."""
    recordings, failed = join_copies(known)
    # A shard longer than a worker's share would leave the others idle at the end.
    share = sum(r.seconds for r in recordings) / (4 * lanes)
    shards = make_shards(recordings, failed, longest=min(shard_seconds, max(share, 1.0)))
    Ticker(ticks).plan(sum(r.seconds for r in recordings), len(known))
    yield from make_lanes(shards, lanes)
