"""What a run asks of a model; to say it loads neither the model nor its libraries."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.devices import CPU, kind_of
from schemas.jobs import JOBS, Stream
from schemas.table import Table
from transforms.models.engines import IN_TORCH, Engine


@dataclass(frozen=True)
class Task:
    """A job in a run: its checkpoint, where that runs, and in which portions it is fed.

    Attributes:
        name: of the job, which is also its table.
        table: with the vector length of the checkpoint.
        checkpoint: a folder or a name on the Hub.
        vocabulary: words and names that transcripts are to prefer.
        batch_seconds: the most audio in one batch; None for what suits the device.
        sharers: processes that put their models on the same device; each takes its share of the memory.
        group_seconds: audio that is gathered and sorted by length before it is cut into batches.
        top: classes kept for each window of ``sounds``.
        joins: whether the model hears segments joined to talks, and not each alone.
    """

    name: str
    table: Table
    checkpoint: str
    run_id: str
    device: str = "cpu"
    precision: str = "fp32"
    engine: Engine = IN_TORCH
    language: str | None = None
    vocabulary: tuple[str, ...] = ()
    batch_seconds: float | None = None
    sharers: int = 1
    group_seconds: float = 60.0
    top: int = 10
    joins: bool = False

    @property
    def hears(self) -> Stream:
        """What the model is given."""
        return "talks" if self.joins else JOBS[self.name].hears

    @property
    def at_once(self) -> int:
        """Groups that a process answers at once, whoever of its workers has gathered them.

        As many as the engine computes side by side: a worker then listens on while its model is at work, and whoever
        is the last to be done has all cores.  A GPU has the groups of all workers already, and each takes its memory.
        """
        return self.engine.streams if kind_of(self.device) == CPU else 1
