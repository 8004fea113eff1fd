"""Which runner of Beam runs the pipeline, and with how many workers."""

from __future__ import annotations

import argparse
import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.workers.machine import cores_here
from schemas.errors import UsageError

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

LOCAL = ("direct", "fnapi")
"""Names of Beam's in-process runner, written small and without "Runner": Beam takes them so too."""
LANES_OF_A_CLUSTER = 1024
"""A runner that moves work by itself is given many small lanes."""


@dataclass(frozen=True)
class Runner:
    """A runner of Beam with its options, and how work is divided for it.

    Beam takes a second to import: a run that says nothing to it and finds nothing to do never needs it.

    Attributes:
        words: its options, as one says them to Beam.
        lanes: how many equal portions of work it is given.
        workers: workers of this machine that share its cores; 1 for a runner elsewhere.
        is_local: rows and progress come back in this process.
        cores: that the workers share.
        sharers: processes that put models on the same device, the one of these workers among them.
        has_processes: its workers are processes of this machine.
    """

    words: tuple[str, ...]
    lanes: int
    workers: int
    is_local: bool
    cores: int = 1
    sharers: int = 1
    has_processes: bool = False

    @property
    def options(self) -> PipelineOptions:
        """For ``beam.Pipeline``."""
        from apache_beam.options.pipeline_options import PipelineOptions

        return PipelineOptions(list(self.words))


def choose_runner(beam_options: Sequence[str], files: int, cores: int | None = None) -> Runner:
    """The runner that the user's Beam options name; by default this machine with all its cores.

    DirectRunner means Beam's in-process runner: what Beam itself takes for that name depends on the
    pipeline and first tries to download another one.  Its workers are threads, so that a model is in
    memory once; torch, libsndfile and soxr leave them free to run side by side.

    Args:
        cores: that it may use; None for all of this process.

    Raises:
        UsageError: the Dask runner, which loses rows in silence, a runner or an option that Beam does not
            know, or a value that is wrong for an option.
    """
    cores = cores or cores_here()
    given = [o for o in beam_options if o != "--"]
    if not given:
        return _direct((), max(1, min(cores, files)), None, cores)
    from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions, StandardOptions

    _refuse_unknown(given)
    name = PipelineOptions(given).view_as(StandardOptions).runner or "DirectRunner"
    if "dask" in name.lower():
        raise UsageError("--runner=DaskRunner loses rows in silence: use DirectRunner, Flink, Spark or Dataflow")
    if name.rpartition(".")[2].lower().removesuffix("runner") not in LOCAL:
        _refuse_unknown_runner(name)
        return Runner(tuple(given), LANES_OF_A_CLUSTER, 1, is_local=False, cores=cores)
    direct = PipelineOptions(given).view_as(DirectOptions)
    workers = direct.direct_num_workers
    if not any(o.startswith("--direct_num_workers") for o in given):
        workers = max(1, min(cores, files))
    elif workers < 1:
        workers = cores
    is_told = any(o.startswith("--direct_running_mode") for o in given)
    return _direct(given, workers, direct.direct_running_mode if is_told else None, cores)


def _direct(given: Sequence[str], workers: int, mode: str | None, cores: int) -> Runner:
    """Beam's in-process runner; in threads, if there are several workers and nothing is said of how they run."""
    mode = mode or ("multi_threading" if workers > 1 else "in_memory")
    said = ("--runner=FnApiRunner", f"--direct_num_workers={workers}", f"--direct_running_mode={mode}")
    is_apart = mode == "multi_processing"
    return Runner((*given, *said), workers, workers, is_local=True, cores=cores, has_processes=is_apart)


def threads_each(runner: Runner) -> int:
    """Threads inside the models of each worker, so that together they fill the cores once."""
    return max(1, runner.cores // runner.workers)


def sharing(runner: Runner) -> int:
    """Workers that share a process, and with it the models; 1 for a runner elsewhere."""
    return 1 if runner.has_processes or not runner.is_local else runner.workers


def at_once(runner: Runner) -> int:
    """Groups that a process computes at once, one thread each, for all of its workers.

    One file has one worker: with a single thread for each group and as many groups as cores it is as fast as many
    files, and its rows do not depend on how many cores there are.
    """
    return sharing(runner) * threads_each(runner)


def _refuse_unknown(given: Sequence[str]) -> None:
    """Beam drops a word that it does not know with no more than a log line: a typing error would go unseen."""
    unknown: list[str] = []

    def ask(parser: argparse.ArgumentParser) -> None:
        unknown.extend(parser.parse_known_args(list(given))[1])

    from apache_beam.options.pipeline_options import PipelineOptions

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            PipelineOptions(list(given)).get_all_options(add_extra_args_fn=ask)
    except SystemExit as stop:
        if not stop.code:  # --help
            raise
        raise UsageError(f"Beam: {said.getvalue().strip().rpartition('error: ')[2]}") from None
    if unknown:
        raise UsageError(f"Beam does not know the option {unknown[0]}")


def _refuse_unknown_runner(runner: str) -> None:
    from apache_beam.runners.runner import create_runner

    try:
        create_runner(runner)
    except (ValueError, ImportError, AttributeError) as error:
        raise UsageError(f"--runner={runner}: Beam cannot make it: {' '.join(str(error).split())}") from error
