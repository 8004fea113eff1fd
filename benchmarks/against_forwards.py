"""The run against the bare forward passes of the batches that it made."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.checkpoints import checkpoints
from benchmarks.goals import NAMES
from benchmarks.machine import cores
from benchmarks.material import Corpus, all_speech
from benchmarks.measure import Patience, Spread, beyond, interleaved, rates, ratios, spread, timed
from benchmarks.plain import JOBS
from benchmarks.report import Cell, Table
from benchmarks.runs import Ran, in_words, nothings, prepared, timed_run
from benchmarks.settings import Settings
from benchmarks.tape import record, replay, replay_side_by_side
from pipelines.run.prepare import Prepared
from pipelines.run.runner import threads_each
from pipelines.run.work import work_of
from transforms.stages.infer import door_of

COLUMNS = ("precision", "contender", "seconds", "x", "times the forwards")
SIDE_BY_SIDE, IN_TURN = "forwards, side by side", "forwards, one after the other"
RUN, LESS, EMPTY = "the run", "the run, start-up left out", "the run, files that hold no audio"
PART = 2 / 3
"""Of ``Settings.seconds``: the same seconds are heard four times a round here, at each precision."""


def compare(settings: Settings) -> list[Table]:
    """At each precision, over speech throughout, where nothing is skipped."""
    models = {job: folder for job, folder in checkpoints(settings).items() if job in JOBS}
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    measured: dict[str, Spread] = {}
    with settings.scratch() as folder:
        corpus = all_speech(folder, PART * settings.seconds)
        silent = nothings(folder / "nothing", cores())
        for precision in settings.precisions:
            ready = partial(prepared, out=folder / "out", models=models, device=settings.device, precision=precision)
            some, empty = ready(corpus.paths, tables=JOBS), ready(silent, tables=JOBS)
            patience = settings.patience.share(1 / len(settings.precisions))
            made, ran, note = _rows(corpus, some, empty, folder, patience, settings.device)
            rows += [(precision, *row) for row in made]
            notes.append(f"{in_words(precision, ran)} {note}")
            over = made[-1][-1]
            if (goal := f"the run over its forwards, {precision}") in NAMES and ran.is_in(precision):
                assert isinstance(over, Spread)
                measured[goal] = over
    return [
        Table(
            f"The run against bare forward passes ({settings.size} models, {settings.device})",
            COLUMNS,
            tuple(rows),
            (
                *notes,
                f"{SIDE_BY_SIDE}: by as many workers as the run has, each pass begun as a worker is free; {IN_TURN}: "
                f"with all {cores()} cores for each, in torch only, for others keep the threads that they were opened "
                "with. The ratio is to the faster of the two in each round.",
                "The run: four jobs, decoding to published Parquet. Models are loaded before.",
                "Start-up left out: less the seconds of a run of the same round over files that hold no audio, one for "
                "each worker, which starts engine and workers, audits and publishes empty tables.",
            ),
            measured,
        )
    ]


def _rows(
    corpus: Corpus, some: Prepared, empty: Prepared, folder: Path, patience: Patience, device: str
) -> tuple[list[tuple[Cell, ...]], Ran, str]:
    """The rows of one precision, the run without its start-up last; a run; and what its batches were."""
    work = work_of(some, "bench", folder / "stages", None)
    first: list[Ran] = []  # it is not timed: an engine compiles for lengths that it has not met
    passes = record([door_of(task) for task in work.tasks], lambda: first.append(timed_run(some)))
    workers, threads = some.runner.workers, threads_each(some.runner)
    bare = {SIDE_BY_SIDE: timed(partial(replay_side_by_side, passes, device, workers, threads))}
    if all(is_in_torch(one.model_id) for one in map(door_of, work.tasks)):
        bare[IN_TURN] = timed(partial(replay, passes, device), cores())
    runs = {RUN: lambda: timed_run(some).seconds, EMPTY: lambda: timed_run(empty).seconds}
    took = interleaved({**bare, **runs}, patience)
    took[LESS] = beyond(took[RUN], took.pop(EMPTY))
    fastest = [min(times) for times in zip(*(took[name] for name in bare), strict=True)]
    rows: list[tuple[Cell, ...]] = [
        (name, spread(each), rates(corpus.seconds, each), ratios(each, fastest)) for name, each in took.items()
    ]
    note = f"{len(passes)} forward passes over {sum(one.rows for one in passes)} clips, {workers} workers"
    return rows, first[0], note


def is_in_torch(model_id: str) -> bool:
    """Whether a name of the ``model`` column is of torch: it names every other engine behind a dash."""
    return "-" not in model_id.rpartition("/")[2]
