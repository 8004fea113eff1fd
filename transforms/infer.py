"""What a model says of a group of clips, as rows of its table and rows of errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import soxr

from schemas.catalog import stage_of
from schemas.records import Clip, Failure, Problem, Rows
from schemas.table import Table
from transforms.gather import Group
from transforms.models.batching import Saw, run_each
from transforms.models.budget import Budget, batch_seconds
from transforms.models.door import Door
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.precision import PRECISIONS
from transforms.rows.inventory import error_rows
from transforms.rows.sound import embedding_rows, sound_rows
from transforms.rows.speech import emotion_rows, speaker_rows, transcript_rows


@dataclass(frozen=True)
class Job:
    """One model's work.

    Attributes:
        name: the job, which is also its table.
        table: with the vector length of the checkpoint.
        checkpoint: a folder or a name on the Hub.
        batch_seconds: the most audio in one batch; None for what suits the device.
        group_seconds: audio that is gathered and sorted by length before it is cut into batches.
        top: classes kept for each window of ``sounds``.
    """

    name: str
    table: Table
    checkpoint: str
    run_id: str
    device: str = "cpu"
    precision: str = "fp32"
    engine: Engine = IN_TORCH
    language: str | None = None
    batch_seconds: float | None = None
    group_seconds: float = 60.0
    top: int = 10


def answer(
    job: Job,
    door: Door,
    group: Group[Clip],
    budget: Budget | None = None,
    saw: Saw = lambda seen, padding: None,
) -> Iterator[Rows]:
    """The rows for a group of clips; the last ones close the shard if the group does.

    A clip that the model cannot take costs itself alone and becomes a row of errors.

    Args:
        budget: what the batches of groups before this one have shown to fit; None begins anew.
        saw: is told of each batch; see :func:`transforms.models.batching.run_each`.
    """
    clips = [_at_rate(c, door.rate) for c in group.values]
    results = run_each(door, clips, budget_seconds=budget or budget_of(job), saw=saw)
    good = [(c, r) for c, r in zip(group.values, results, strict=True) if not isinstance(r, Failure)]
    bad = [(c, r) for c, r in zip(group.values, results, strict=True) if isinstance(r, Failure)]
    if bad:
        problems = [Problem(stage_of(job.name), failure.reason, failure.message) for _, failure in bad]
        places = [clip.place for clip, _ in bad]
        batch = error_rows(problems, job.run_id, uri="", recording_id=None, places=places)
        yield Rows("errors", group.shard, batch)
    made = _rows(job, door, [c for c, _ in good], [r for _, r in good]) if good else None
    yield Rows(job.name, group.shard, made, closes=group.closes)


def budget_of(job: Job) -> Budget:
    """What the user allows in a batch, or what fits the device now."""
    return Budget(job.batch_seconds or batch_seconds(job.device, PRECISIONS[job.precision]))


def _rows(job: Job, door: Door, clips: Sequence[Clip], results: Sequence[Any]) -> pa.RecordBatch:
    match job.name:
        case "transcripts":
            return transcript_rows(job.table, clips, results, door.model_id)
        case "emotions":
            return emotion_rows(job.table, clips, results, door.model_id)
        case "sounds":
            return sound_rows(job.table, clips, results, door.model_id, job.top)
        case "embeddings":
            return embedding_rows(job.table, clips, results, door.model_id)
        case "speakers":
            return speaker_rows(job.table, clips, results, door.model_id)
    raise ValueError(f"no such job: {job.name}")


def _at_rate(clip: Clip, rate: int) -> Any:
    """Segments come at 16 kHz; a checkpoint that wants another rate gets it."""
    return clip.samples if clip.rate == rate else soxr.resample(clip.samples, clip.rate, rate, quality="HQ")
