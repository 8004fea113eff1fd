"""The wiring: which stage feeds which.  Everything between the shards and the files is one fused chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import apache_beam as beam

from schemas.forgotten import NOTHING, Forgotten
from schemas.jobs import STREAMS
from schemas.records import Clip, Known, Outcome, Segment, Source, Talk, Window
from schemas.register import NOBODY, Register
from schemas.table import Table
from transforms.gather import Item
from transforms.rows.registry import rows_of
from transforms.stages.identify import Identify
from transforms.stages.listen import INVENTORY, Hearing, Listen
from transforms.stages.plan import Plan
from transforms.stages.write import GatherItems, Tabulate, WriteRows
from transforms.task import Task

ROWS_SECONDS = 60.0
"""Audio whose rows are made at once where no model is asked."""


@dataclass(frozen=True)
class Work:
    """A run, ready to be wired.

    Attributes:
        folder: where the tables' folders are written.
        sources: files to be identified.
        known: in their place, files whose recording_id is known.
        contents: what became of each content that needs no decoding, by its recording_id.
        forgotten: contents and sounds that are left out, wherever they turn up.
        register: which recordings known bytes and sounds are.
        tables: the tables to make, with the columns and vector lengths of this run.
        rates: the sampling rate of each job's model.
        lanes: workers to balance over.
        tells_plan: whether progress is told of what is planned; else whoever gave the work has.
    """

    run_id: str
    folder: str
    sources: tuple[Source, ...]
    tables: dict[str, Table]
    tasks: tuple[Task, ...]
    rates: dict[str, int]
    hearing: Hearing
    lanes: int
    shard_seconds: float
    known: tuple[Known, ...] = ()
    contents: Mapping[str, Outcome] = field(default_factory=dict)
    forgotten: Forgotten = NOTHING
    register: Register = NOBODY
    tells_plan: bool = True


def build(pipeline: beam.Pipeline, work: Work) -> None:
    """Lay the whole run into ``pipeline``."""
    ticks = work.hearing.ticks
    told = ticks if work.tells_plan else None
    if work.known:
        known = pipeline | "Known" >> beam.Create(work.known, reshuffle=False)
    else:
        known = (
            pipeline
            | "Sources" >> beam.Create(work.sources, reshuffle=False)
            | "Identify" >> Identify(work.hearing.wanted.asked, work.register.clues(work.forgotten))
        )
    heard = (
        known
        | "Plan" >> Plan(work.lanes, work.shard_seconds, told, work.contents, work.forgotten, work.register)
        | "Listen" >> Listen(work.hearing)
    )
    write = partial(WriteRows, work.folder, tables=work.tables, ticks=ticks)
    for stream in STREAMS:
        wanted = tuple(name for name, table in work.tables.items() if table.hears == stream and not table.made_by)
        if wanted:
            _ = (
                heard[stream]
                | f"Gather {stream}" >> beam.ParDo(GatherItems(ROWS_SECONDS, seconds_of))
                | f"Make {stream}" >> beam.ParDo(Tabulate(wanted, rows_of, work.run_id, work.hearing.threads))
                | f"Write {stream}" >> write(stream)
            )
    if work.tasks:
        from transforms.stages.infer import Infer  # and with it torch, which a run without models does without
    for task in work.tasks:
        convert = partial(clip_of, rate=work.rates[task.name])
        _ = (
            heard[task.hears]
            | f"Own speech for {task.name}" >> beam.Filter(is_own)
            | f"Gather for {task.name}"
            >> beam.ParDo(GatherItems(task.group_seconds, seconds_of, convert, task.at_once))
            | f"Infer {task.name}" >> Infer(task)
            | f"Write {task.name}" >> write(task.name)
        )
    _ = heard[INVENTORY] | "Write inventory" >> write(INVENTORY)


def clip_of(heard: Window | Segment | Clip | Talk, rate: int) -> Clip | Talk:
    """What a model hears of a window, at ``rate``, of a segment, of a clip or of a talk."""
    match heard:
        case Window():
            return Clip(heard.place, heard.audio[rate], rate)
        case Segment():
            return Clip(heard.place, heard.samples, 16_000, heard.place.id, float(heard.speech.mean()))
    return heard


def is_own(item: Item[Any]) -> bool:
    """Whether a model hears it: not the speech of another channel, whose own row has the words."""
    return not isinstance(item.value, Segment) or item.value.bleed_of is None


def seconds_of(heard: Window | Segment | Clip | Talk) -> float:
    """The length of a stretch."""
    return (heard.place.end_ms - heard.place.start_ms) / 1000
