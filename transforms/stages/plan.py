"""What is known of the sources, to shards on the worker that will do them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import apache_beam as beam
from apache_beam.metrics import Metrics

from schemas.forgotten import NOTHING, Forgotten
from schemas.records import Known, Outcome, Shard
from schemas.register import NOBODY, Register
from transforms.plan import join_copies, make_lanes, make_shards
from transforms.progress import Ticker


class Plan(beam.PTransform):
    """Joins copies, makes shards and deals them out.

    Args:
        lanes: workers to balance over; an engine that moves work by itself is given more.
        shard_seconds: the most audio in a shard of several recordings.
        contents: what became of each content that needs no decoding, by its recording_id.
        forgotten: contents and sounds that are left out, wherever they turn up.
        register: which recordings known bytes and sounds are.
    """

    def __init__(
        self,
        lanes: int,
        shard_seconds: float,
        ticks: tuple[str, int] | None = None,
        contents: Mapping[str, Outcome] | None = None,
        forgotten: Forgotten = NOTHING,
        register: Register = NOBODY,
    ) -> None:
        super().__init__()
        self._lanes = lanes
        self._shard_seconds = shard_seconds
        self._ticks = ticks
        self._contents = contents or {}
        self._forgotten = forgotten
        self._register = register

    def expand(self, known: beam.PCollection[Known]) -> beam.PCollection[Shard]:
        return (
            known
            | "All" >> beam.combiners.ToList()
            | "Deal"
            >> beam.FlatMap(
                deal,
                self._lanes,
                self._shard_seconds,
                self._ticks,
                self._contents,
                self._forgotten,
                self._register,
            )
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
    register: Register = NOBODY,
) -> Iterator[list[Shard]]:
    """The lanes of a run, each the shards of one worker."""
    known = register.recognise(known)
    kept = [one for one in known if not is_forgotten(one, forgotten)]
    if len(kept) < len(known):
        left_out = sum(len(one.source.files) for one in known) - sum(len(one.source.files) for one in kept)
        Metrics.counter("earwitness", "forgotten_files").inc(left_out)
    if following := sum(len(one.source.files) for one in kept if one.follows):
        Metrics.counter("earwitness", "following_files").inc(following)
    joined, failed = join_copies(kept)
    held = contents or {}
    recordings = [r for r in joined if r.recording_id not in held]
    copies = tuple((r, held[r.recording_id]) for r in joined if r.recording_id in held)
    # A shard longer than a worker's share would leave the others idle at the end.
    share = sum(r.seconds for r in recordings) / (4 * lanes)
    shards = make_shards(recordings, failed, longest=min(shard_seconds, max(share, 1.0)))
    shards[0] = replace(shards[0], copies=copies)
    Ticker(ticks).plan(sum(r.seconds for r in recordings), sum(len(one.source.files) for one in known))
    yield from make_lanes(shards, lanes)


def is_forgotten(one: Known, forgotten: Forgotten) -> bool:
    """Whether a file is left out: what it is, its bytes, those of the parts of a take, or its sound were forgotten."""
    if one.recording_id is None:
        return False
    bytes_of_it = (one.source.content, *(file.content for file in one.source.files))
    return forgotten.holds_sound(one.sound) or any(map(forgotten.holds, {one.recording_id, *bytes_of_it}))
