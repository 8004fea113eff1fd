"""Clips to rows through RunInference, with a handler of our own for each job."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.ml.inference.base import ModelHandler, RunInference

from schemas.records import Clip, Rows
from transforms.gather import Group
from transforms.infer import Task, answer, budget_of
from transforms.models.budget import Budget
from transforms.models.door import Door
from transforms.models.engines import Engine
from transforms.models.jobs import open_door

_OPENING = threading.Lock()


@functools.lru_cache(maxsize=16)
def shared_door(job: str, checkpoint: str, device: str, precision: str, language: str | None, engine: Engine) -> Door:
    """One copy of a model in a process, whoever asks for it: the start of the run checks what workers use."""
    return open_door(job, checkpoint, device=device, precision=precision, language=language, engine=engine)


def door_of(task: Task) -> Door:
    """The model of a job: one for all threads, which wait for the first of them to load it."""
    with _OPENING:
        return shared_door(task.name, task.checkpoint, task.device, task.precision, task.language, task.engine)


@dataclass(frozen=True)
class Opened:
    """A model, and what was found to fit beside it into its device."""

    door: Door
    budget: Budget


class TaskHandler(ModelHandler[Clip, Rows, Opened]):
    """Runs one job over groups of clips.

    It takes a group as one batch and makes the batches for the device itself, because Beam's know
    neither that a batch must not change a row nor how to give up one clip instead of all.
    """

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def load_model(self) -> Opened:
        return Opened(door_of(self._task), budget_of(self._task))

    def run_inference(
        self, batch: Sequence[Clip], model: Opened, inference_args: dict[str, Any] | None = None
    ) -> Iterable[Rows]:
        assert isinstance(batch, Group)
        return list(answer(self._task, model.door, batch, model.budget, self._count))

    def _count(self, seen: float, padding: float) -> None:
        """What a batch held, for the row of ``runs``."""
        Metrics.counter(self.get_metrics_namespace(), "seen_ms").inc(round(seen * 1000))
        Metrics.counter(self.get_metrics_namespace(), "padding_ms").inc(round(padding * 1000))

    def get_num_bytes(self, batch: Sequence[Clip]) -> int:
        assert isinstance(batch, Group)
        return sum(clip.samples.nbytes for clip in batch.values)

    def get_metrics_namespace(self) -> str:
        return f"earwitness.{self._task.name}"

    def should_skip_batching(self) -> bool:
        return True


class Infer(beam.PTransform):
    """Groups of clips to the rows of a job."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def expand(self, groups: beam.PCollection[Group[Clip]]) -> beam.PCollection[Rows]:
        return groups | RunInference(TaskHandler(self._task))
