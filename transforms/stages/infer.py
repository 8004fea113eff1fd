"""Groups of clips to the rows of a job: the stage around :mod:`transforms.infer`."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics

from schemas.records import Clip, Rows, Talk
from transforms.gather import Group
from transforms.infer import answer, budget_of
from transforms.models.door import Door
from transforms.models.engines import Engine
from transforms.openvino import BUILDING
from transforms.stages.groups import OfGroups
from transforms.task import Task


@functools.lru_cache(maxsize=16)
def shared_door(
    job: str,
    checkpoint: str,
    device: str,
    precision: str,
    engine: Engine,
    language: str | None,
    vocabulary: tuple[str, ...],
) -> Door:
    """One copy of a model in a process, whoever asks for it: the start of the run checks what workers use."""
    from transforms.models.jobs import open_door  # and with it transformers, which a run without models does without

    spoken: dict[str, Any] = {"language": language, "vocabulary": vocabulary}
    return open_door(job, checkpoint, device=device, precision=precision, engine=engine, **spoken)


def door_of(task: Task) -> Door:
    """The model of a job: one for all threads, which wait for the first of them to load it."""
    with BUILDING:
        where = task.device, task.precision, task.engine
        return shared_door(task.name, task.checkpoint, *where, task.language, task.vocabulary)


@dataclass(frozen=True)
class Answered:
    """What a model said of a group, and what that took.

    Attributes:
        seconds: inside the model's thread.
        seen: seconds that the model saw of each batch, and how many of them were padding.
    """

    rows: list[Rows]
    seconds: float
    seen: list[tuple[float, float]]


class Infer(beam.PTransform):
    """Groups of clips to the rows of a job."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def expand(self, groups: beam.PCollection[Group[Clip | Talk]]) -> beam.PCollection[Rows]:
        return groups | beam.ParDo(_Infer(self._task))


class _Infer(OfGroups):
    """One job over groups of clips.

    It takes a group as one batch and makes the batches for the device itself, because Beam's RunInference knows
    neither that a batch must not change a row, nor how to give up one clip instead of all, nor how to go on to the
    next group meanwhile.
    """

    def __init__(self, task: Task) -> None:
        super().__init__(task.at_once)
        self._task = task

    def setup(self) -> None:
        self._door = door_of(self._task)
        self._budget = budget_of(self._task)

    def make(self, group: Group[Clip | Talk]) -> Answered:
        seen: list[tuple[float, float]] = []
        began = time.perf_counter()
        rows = list(answer(self._task, self._door, group, self._budget, lambda *both: seen.append(both)))
        return Answered(rows, time.perf_counter() - began, seen)

    def tell(self, made: Answered) -> Iterator[Rows]:
        of_job = f"earwitness.{self._task.name}"
        Metrics.distribution(of_job, "inference_batch_latency_micro_secs").update(round(made.seconds * 1e6))
        for seen, padding in made.seen:
            Metrics.counter(of_job, "seen_ms").inc(round(seen * 1000))
            Metrics.counter(of_job, "padding_ms").inc(round(padding * 1000))
        yield from made.rows
