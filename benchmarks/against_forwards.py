"""The run against the bare forward passes of the batches that it made."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from benchmarks.checkpoints import checkpoints
from benchmarks.machine import cores
from benchmarks.material import Corpus, all_speech
from benchmarks.measure import Patience, beyond, interleaved, rates, ratios, spread, timed
from benchmarks.plain import JOBS
from benchmarks.report import Cell, Table
from benchmarks.runs import NOTHING, prepared, timed_run
from benchmarks.settings import Settings
from benchmarks.tape import record, replay, replay_side_by_side
from pipelines.run.prepare import Prepared
from pipelines.run.runner import threads_each
from pipelines.run.work import execute, work_of
from transforms.stages.infer import door_of

COLUMNS = ("precision", "contender", "seconds", "x", "times the forwards")
SIDE_BY_SIDE, IN_TURN = "forwards, side by side", "forwards, one after the other"
STAGES, RUN, WHOLE = "the pipeline's stages", "the run, four jobs", "the run, all tables"
EMPTY = "the run, a file that holds no audio"


def compare(settings: Settings) -> list[Table]:
    """At each precision, over speech throughout, where nothing is skipped."""
    models = {job: folder for job, folder in checkpoints(settings).items() if job in JOBS}
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    with settings.scratch() as folder:
        corpus = all_speech(folder, settings.seconds)
        for precision in settings.precisions:
            ready = partial(prepared, out=folder / "out", models=models, device=settings.device, precision=precision)
            some, whole = ready(corpus.paths, tables=JOBS), ready(corpus.paths)
            empty = ready([NOTHING], tables=JOBS)
            patience = settings.patience.share(1 / len(settings.precisions))
            made, note = _rows(corpus, some, whole, empty, folder, patience, settings.device)
            rows += [(precision, *row) for row in made]
            notes.append(f"{precision}: {note}")
    return [
        Table(
            f"The run against bare forward passes ({settings.size} models, {settings.device})",
            COLUMNS,
            tuple(rows),
            (
                *notes,
                f"{SIDE_BY_SIDE}: by as many workers as the run has, each pass begun as a worker is free; {IN_TURN}: "
                f"with all {cores()} cores for each. The ratio is to the faster of the two in each round.",
                f"{STAGES}: decoding to Parquet, engine included. The run adds audit and publishing; with all tables "
                "also frames, spectrograms and prosody, which have no forward passes. Models are loaded before.",
                "Start-up left out: less the seconds of a run of the same round over a file that holds no audio, which "
                "starts the engine, audits and publishes empty tables.",
            ),
        )
    ]


def _rows(
    corpus: Corpus, some: Prepared, whole: Prepared, empty: Prepared, folder: Path, patience: Patience, device: str
) -> tuple[list[tuple[Cell, ...]], str]:
    """The rows of one precision, and what the batches were."""
    staging = folder / "stages"
    work = work_of(some, "bench", staging, None)

    def stages() -> None:
        staging.mkdir()
        execute(work, some.runner)
        shutil.rmtree(staging)

    passes = record([door_of(task) for task in work.tasks], stages)
    workers, threads = some.runner.workers, threads_each(some.runner)
    seconds = interleaved(
        {
            SIDE_BY_SIDE: timed(partial(replay_side_by_side, passes, device, workers, threads)),
            IN_TURN: timed(partial(replay, passes, device), cores()),
            STAGES: timed(stages),
            RUN: lambda: timed_run(some).seconds,
            WHOLE: lambda: timed_run(whole).seconds,
            EMPTY: lambda: timed_run(empty).seconds,
        },
        patience,
    )
    start_up = seconds.pop(EMPTY)
    for name in (RUN, WHOLE):
        seconds[f"{name}, start-up left out"] = beyond(seconds[name], start_up)
    fastest = [min(both) for both in zip(seconds[SIDE_BY_SIDE], seconds[IN_TURN], strict=True)]
    rows: list[tuple[Cell, ...]] = [
        (name, spread(took), rates(corpus.seconds, took), ratios(took, fastest)) for name, took in seconds.items()
    ]
    note = f"{len(passes)} forward passes over {sum(one.rows for one in passes)} clips, {workers} workers"
    return rows, note
