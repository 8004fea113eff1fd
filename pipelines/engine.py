"""Which engine runs the pipeline, and with how many workers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions

from schemas.config import ConfigError

LOCAL = ("DirectRunner", "FnApiRunner")
LANES_OF_A_CLUSTER = 1024
"""An engine that moves work by itself is given many small lanes."""


@dataclass(frozen=True)
class Engine:
    """Attributes:
    options: for ``beam.Pipeline``.
    lanes: how many equal portions of work it is given.
    workers: workers of this machine that share its cores; 1 for an engine elsewhere.
    is_local: rows and progress come back in this process.
    """

    options: PipelineOptions
    lanes: int
    workers: int
    is_local: bool


def choose_engine(beam_options: Sequence[str], files: int) -> Engine:
    """The engine that the user's Beam options name; by default this machine with all its cores.

    DirectRunner means Beam's in-process engine: what Beam itself takes for that name depends on the
    pipeline and first tries to download another one.  Its workers are threads, so that a model is in
    memory once; torch, libsndfile and soxr leave them free to run side by side.

    Raises:
        ConfigError: the Dask runner, which loses rows in silence, or an option that Beam does not know.
    """
    given = [o for o in beam_options if o != "--"]
    _refuse_unknown(given)
    runner = PipelineOptions(given).view_as(StandardOptions).runner or "DirectRunner"
    if "dask" in runner.lower():
        raise ConfigError("--runner=DaskRunner loses rows in silence: use DirectRunner, Flink, Spark or Dataflow")
    if runner.rpartition(".")[2] not in LOCAL:
        return Engine(PipelineOptions(given), LANES_OF_A_CLUSTER, 1, is_local=False)
    options = PipelineOptions([*(o for o in given if not o.startswith("--runner")), "--runner=FnApiRunner"])
    direct = options.view_as(DirectOptions)
    if not any(o.startswith("--direct_num_workers") for o in given):
        direct.direct_num_workers = min(_cores(), max(1, files))
    elif direct.direct_num_workers < 1:
        direct.direct_num_workers = _cores()
    if direct.direct_num_workers > 1 and not any(o.startswith("--direct_running_mode") for o in given):
        direct.direct_running_mode = "multi_threading"
    return Engine(options, direct.direct_num_workers, direct.direct_num_workers, is_local=True)


def threads_each(engine: Engine) -> int:
    """Threads inside the models of each worker, so that together they fill the cores once."""
    return max(1, _cores() // engine.workers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _refuse_unknown(given: Sequence[str]) -> None:
    # Beam drops what it does not know with no more than a log line: a typing error would go unseen.
    known = PipelineOptions(list(given)).get_all_options(drop_default=False, retain_unknown_options=False)
    for option in given:
        name = option.removeprefix("--").partition("=")[0]
        if option.startswith("--") and name not in known and not name.startswith("no_") and name != "runner":
            raise ConfigError(f"Beam does not know the option --{name}")
