"""The wiring: which stage feeds which.  Everything between the shards and the files is one fused chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import apache_beam as beam

from schemas.forgotten import Forgotten
from schemas.records import Clip, Known, Segment, Source, Window
from schemas.table import Table
from transforms.infer import Job
from transforms.rows.sound import window_tables
from transforms.rows.speech import segment_tables
from transforms.stages.identify import Identify
from transforms.stages.infer import Infer
from transforms.stages.listen import CLIPS, INVENTORY, SEGMENTS, WINDOWS, Hearing, Listen
from transforms.stages.plan import NOTHING, Plan
from transforms.stages.write import GatherItems, WriteRows, tabulate

HEARS: dict[str, str] = {
    "sounds": WINDOWS,
    "embeddings": WINDOWS,
    "transcripts": SEGMENTS,
    "emotions": CLIPS,
    "speakers": CLIPS,
}
"""What each job listens to."""

OF_WINDOWS = ("windows", "frames", "spectrograms", "waveforms")
OF_SEGMENTS = ("segments", "prosody")

ROWS_SECONDS = 60.0
"""Audio whose rows are made at once where no model is asked."""


@dataclass(frozen=True)
class Work:
    """A run, ready to be wired.

    Attributes:
        folder: where the tables' folders are written.
        sources: files to be identified.
        known: in their place, files whose recording_id is known.
        contents: the status of each content that needs no decoding, by its recording_id.
        forgotten: contents that are left out, wherever they turn up.
        tables: the tables to make, with the columns and vector lengths of this run.
        rates: the sampling rate of each job's model.
        lanes: workers to balance over.
    """

    run_id: str
    folder: str
    sources: tuple[Source, ...]
    tables: dict[str, Table]
    jobs: tuple[Job, ...]
    rates: dict[str, int]
    hearing: Hearing
    lanes: int
    shard_seconds: float
    known: tuple[Known, ...] = ()
    contents: Mapping[str, str] = field(default_factory=dict)
    forgotten: Forgotten = NOTHING


def build(pipeline: beam.Pipeline, work: Work) -> None:
    """Lay the whole run into ``pipeline``."""
    ticks = work.hearing.ticks
    if work.known:
        known = pipeline | "Known" >> beam.Create(work.known, reshuffle=False)
    else:
        known = pipeline | "Sources" >> beam.Create(work.sources, reshuffle=False) | "Identify" >> Identify()
    heard = (
        known
        | "Plan" >> Plan(work.lanes, work.shard_seconds, ticks, work.contents, work.forgotten)
        | "Listen" >> Listen(work.hearing)
    )
    write = partial(WriteRows, work.folder, tables=work.tables, ticks=ticks)
    for branch, wanted, make in (
        (WINDOWS, _made(OF_WINDOWS, work), window_tables),
        (SEGMENTS, _made(OF_SEGMENTS, work), segment_tables),
    ):
        if wanted:
            _ = (
                heard[branch]
                | f"Gather {branch}" >> beam.ParDo(GatherItems(ROWS_SECONDS, seconds_of))
                | f"Make {branch}" >> beam.FlatMap(tabulate, wanted, make, work.run_id)
                | f"Write {branch}" >> write(branch)
            )
    for job in work.jobs:
        convert = partial(clip_of, rate=work.rates[job.name])
        _ = (
            heard[HEARS[job.name]]
            | f"Gather for {job.name}" >> beam.ParDo(GatherItems(job.group_seconds, seconds_of, convert))
            | f"Infer {job.name}" >> Infer(job)
            | f"Write {job.name}" >> write(job.name)
        )
    _ = heard[INVENTORY] | "Write inventory" >> write(INVENTORY)


def clip_of(heard: Window | Segment | Clip, rate: int) -> Clip:
    """What a model hears of a window, at ``rate``, of a segment or of a clip."""
    match heard:
        case Window():
            return Clip(heard.place, heard.audio[rate], rate)
        case Segment():
            return Clip(heard.place, heard.samples, 16_000, parent=heard.place.id)
    return heard


def seconds_of(heard: Window | Segment | Clip) -> float:
    """The length of a stretch."""
    return (heard.place.end_ms - heard.place.start_ms) / 1000


def _made(names: Sequence[str], work: Work) -> tuple[str, ...]:
    return tuple(name for name in names if name in work.tables)
