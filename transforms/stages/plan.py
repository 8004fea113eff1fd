"""What is known of the sources, to shards on the worker that will do them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import apache_beam as beam
from apache_beam.metrics import Metrics

from schemas.forgotten import Forgotten
from schemas.records import Known, Outcome, Recording, Shard
from transforms.plan import join_copies, make_lanes, make_shards
from transforms.progress import Ticker

NOTHING = Forgotten()


class Plan(beam.PTransform):
    """Joins copies, makes shards and deals them out.

    Args:
        lanes: workers to balance over; an engine that moves work by itself is given more.
        shard_seconds: the most audio in a shard of several recordings.
        contents: what became of each content that needs no decoding, by its recording_id.
        forgotten: contents that are left out, wherever they turn up.
    """

    def __init__(
        self,
        lanes: int,
        shard_seconds: float,
        ticks: tuple[str, int] | None = None,
        contents: Mapping[str, Outcome] | None = None,
        forgotten: Forgotten = NOTHING,
    ) -> None:
        super().__init__()
        self._lanes = lanes
        self._shard_seconds = shard_seconds
        self._ticks = ticks
        self._contents = contents or {}
        self._forgotten = forgotten

    def expand(self, known: beam.PCollection[Known]) -> beam.PCollection[Shard]:
        return (
            known
            | "All" >> beam.combiners.ToList()
            | "Deal"
            >> beam.FlatMap(deal, self._lanes, self._shard_seconds, self._ticks, self._contents, self._forgotten)
            | "To workers" >> beam.Reshuffle()
            | "Shards" >> beam.FlatMap(iter)
        )


def deal(
    known: list[Known],
    lanes: int,
    shard_seconds: float,
    ticks: tuple[str, int] | None,
    contents: Mapping[str, Outcome] | None = None,
    forgotten: Forgotten = NOTHING,
) -> Iterator[list[Shard]]:
    """The lanes of a run, each the shards of one worker."""
    joined, failed = join_copies(known)
    left_out = [r for r in joined if any(map(forgotten.holds, (r.recording_id, *contents_of(r))))]
    if left_out:
        Metrics.counter("earwitness", "forgotten_files").inc(sum(len(r.files) for r in left_out))
        joined = [r for r in joined if r not in left_out]
    held = contents or {}
    recordings = [r for r in joined if r.recording_id not in held]
    copies = tuple((r, held[r.recording_id]) for r in joined if r.recording_id in held)
    # A shard longer than a worker's share would leave the others idle at the end.
    share = sum(r.seconds for r in recordings) / (4 * lanes)
    shards = make_shards(recordings, failed, longest=min(shard_seconds, max(share, 1.0)))
    shards[0] = replace(shards[0], copies=copies)
    Ticker(ticks).plan(sum(r.seconds for r in recordings), sum(len(one.source.files) for one in known))
    yield from make_lanes(shards, lanes)


def contents_of(recording: Recording) -> Iterator[str]:
    """The contents of the files, which of a take are its parts: one that was forgotten may not come back in it."""
    yield from (file.content for file in recording.files if file.content)
