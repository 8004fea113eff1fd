"""Clips to rows through RunInference, with a handler of our own for each job."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.ml.inference.base import ModelHandler, RunInference

from schemas.records import Clip, Rows
from transforms.answers import Job, answer
from transforms.gather import Group
from transforms.models.door import Door, open_door


@functools.lru_cache(maxsize=16)
def shared_door(job: str, checkpoint: str, device: str, precision: str, language: str | None) -> Door:
    """One copy of a model in a process, whoever asks for it: the start of the run checks what workers use."""
    return open_door(job, checkpoint, device=device, precision=precision, language=language)


def door_of(job: Job) -> Door:
    """The model of a job."""
    return shared_door(job.name, job.checkpoint, job.device, job.precision, job.language)


class JobHandler(ModelHandler[Clip, Rows, Door]):
    """Runs one job over groups of clips.

    It takes a group as one batch and makes the batches for the device itself, because Beam's know
    neither that a batch must not change a row nor how to give up one clip instead of all.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def load_model(self) -> Door:
        return door_of(self._job)

    def run_inference(
        self, batch: Sequence[Clip], model: Door, inference_args: dict[str, Any] | None = None
    ) -> Iterable[Rows]:
        assert isinstance(batch, Group)
        return list(answer(self._job, model, batch))

    def get_num_bytes(self, batch: Sequence[Clip]) -> int:
        assert isinstance(batch, Group)
        return sum(clip.samples.nbytes for clip in batch.values)

    def get_metrics_namespace(self) -> str:
        return f"earwitness.{self._job.name}"

    def should_skip_batching(self) -> bool:
        return True


class Infer(beam.PTransform):
    """Groups of clips to the rows of a job."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def expand(self, groups: beam.PCollection[Group[Clip]]) -> beam.PCollection[Rows]:
        return groups | RunInference(JobHandler(self._job))
