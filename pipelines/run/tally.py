"""What a pass of the pipeline counted, as plain numbers that go from one process to another."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.files.atomic import write_whole
from pipelines.files.json_file import read_json

if TYPE_CHECKING:
    from apache_beam.runners.runner import PipelineResult

OURS = "earwitness"
"""The namespace of our counters; that of a job is ``earwitness.JOB``."""
LATENCY = "inference_batch_latency_micro_secs"
"""What RunInference calls the time inside a model, in microseconds."""


@dataclass(frozen=True)
class Tally:
    """Counters of a pass, or of several together.

    Attributes:
        counters: by name, of each namespace.
        microseconds: inside each model, by namespace, summed over workers.
    """

    counters: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    microseconds: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, result: PipelineResult) -> Tally:
        """What Beam counted in a pass that came to its end."""
        metrics = result.metrics().query()
        counters: dict[str, Counter[str]] = {}
        for one in metrics["counters"]:
            space = one.key.metric.namespace
            if _is_ours(space):
                # Beam takes "committed or attempted": of a committed 0 the portable runner, which attempts nothing,
                # gives None.
                counters.setdefault(space, Counter())[one.key.metric.name] += one.result or 0
        microseconds: Counter[str] = Counter()
        for one in metrics["distributions"]:
            if _is_ours(one.key.metric.namespace) and one.key.metric.name == LATENCY:
                microseconds[one.key.metric.namespace] += one.result.sum
        return cls({space: dict(counted) for space, counted in counters.items()}, dict(microseconds))

    @classmethod
    def sum(cls, tallies: Iterable[Tally]) -> Tally:
        """Those of several passes added up."""
        counters: dict[str, Counter[str]] = {}
        microseconds: Counter[str] = Counter()
        for one in tallies:
            for space, counted in one.counters.items():
                counters.setdefault(space, Counter()).update(counted)
            microseconds.update(one.microseconds)
        return cls({space: dict(counted) for space, counted in counters.items()}, dict(microseconds))

    def count(self, name: str, job: str | None = None) -> int:
        """A counter, of the run or of one of its jobs; 0 where nothing was counted."""
        return self.counters.get(_space(job), {}).get(name, 0)

    def model_seconds(self, job: str) -> float:
        """Inside the model of a job."""
        return self.microseconds.get(_space(job), 0) / 1e6

    def write(self, path: Path) -> None:
        """Keep it as JSON."""
        told = {"counters": self.counters, "microseconds": self.microseconds}
        write_whole(path, json.dumps(told, indent=1).encode())

    @classmethod
    def read(cls, path: Path) -> Tally:
        """One that was kept.

        Raises:
            CommandError: it is not there, or damaged.
        """
        told = read_json(path)
        return cls(told["counters"], told["microseconds"])


def _space(job: str | None) -> str:
    return OURS if job is None else f"{OURS}.{job}"


def _is_ours(namespace: str) -> bool:
    return namespace == OURS or namespace.startswith(f"{OURS}.")
