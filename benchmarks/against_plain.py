"""The run against the plain way, job by job and all together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.checkpoints import checkpoints
from benchmarks.goals import NAMES
from benchmarks.machine import cores
from benchmarks.material import Corpus, all_speech, half_speech
from benchmarks.measure import Patience, Spread, beyond, interleaved, rates, ratios, spread, timed
from benchmarks.plain import JOBS, how_files_are_read, plain_way
from benchmarks.report import Cell, Table
from benchmarks.runs import in_words, nothings, prepared, timed_run
from benchmarks.settings import Settings
from pipelines.run.run import Prepared

PLAIN, ALL = "plain", "all four"
ALONE = "auto"
"""The way that a run of one job is measured in, where it is among those that are asked for."""
COLUMNS = ("audio", "job", "contender", "seconds", "x", "times the plain way")
Row = tuple[Cell, ...]


def compare(settings: Settings) -> list[Table]:
    """The four jobs that have a plain way, on speech throughout and on files that are half speech."""
    models = {job: folder for job, folder in checkpoints(settings).items() if job in JOBS}
    plain = {job: plain_way(job, models[job], settings.device) for job in JOBS}
    measured: dict[str, Spread] = {}
    notes: dict[str, str] = {}
    with settings.scratch() as folder:
        silent = nothings(folder / "nothing", cores())
        bench = Bench(settings, models, plain, folder / "out", silent, measured, notes)
        spoken = bench.rows(all_speech(folder, settings.seconds), settings.patience.share(0.65), each_job=True)
        half = bench.rows(half_speech(folder, settings.seconds), settings.patience.share(0.35), each_job=False)
    return [
        Table(
            f"The run against the plain way ({settings.size} models, {settings.device})",
            COLUMNS,
            tuple(spoken + half),
            (
                how_files_are_read(),
                f"It takes one file at a time in fp32, with all {cores()} cores for torch. CLAP, which has no pipeline "
                "that gives vectors, is called by hand.",
                "The run is pipelines.run.run in this process: decoding, speech detection, models, Parquet, audit and "
                "publishing. Imports and loading of models are left out on both sides.",
                f"{ALL}: the plain way's four loops together; one run with the four jobs. Files are at most 9.5 s, so "
                "that on speech throughout both sides give the models the same audio; where half of it is sounds, our "
                "speech models skip that half.",
                "Start-up left out: less the seconds of a run of the same round over files that hold no audio, one for "
                "each worker, which starts engine and workers, audits and publishes empty tables.",
                f"For one job alone the run is measured as {ALONE}.",
                *notes.values(),
            ),
            measured,
        )
    ]


@dataclass(frozen=True)
class Bench:
    """What both corpora are measured with.

    Attributes:
        plain: the plain way of each job.
        out: where the runs publish.
        silent: files that hold no audio, one for each worker.
        measured: takes the figures that there are goals for.
        notes: takes what each way came to.
    """

    settings: Settings
    models: dict[str, Path]
    plain: dict[str, Callable[[Path], object]]
    out: Path
    silent: Sequence[Path]
    measured: dict[str, Spread]
    notes: dict[str, str]

    def rows(self, corpus: Corpus, patience: Patience, *, each_job: bool) -> list[Row]:
        """The rows of a corpus; ``each_job`` has a run for each job too."""
        ways = self.settings.precisions
        alone = tuple(way for way in ways if way == ALONE) or ways[:1]
        work = {**({job: ((job,), alone) for job in JOBS} if each_job else {}), ALL: (JOBS, ways)}
        contenders: dict[tuple[str, str], Callable[[], float]] = {
            (job, PLAIN): timed(partial(self._by_hand, job, corpus.paths), cores()) for job in JOBS
        }
        for name, (jobs, those) in work.items():
            for way in those:
                contenders[name, way] = partial(self._run, jobs, way, corpus.paths)
                contenders[name, f"{way}, nothing"] = partial(self._run, jobs, way, self.silent)
        share = self._warm(corpus, alone if each_job else ())
        took = interleaved(contenders, patience)
        took[ALL, PLAIN] = [sum(round) for round in zip(*(took[job, PLAIN] for job in JOBS), strict=True)]
        audio = f"{corpus.name} ({corpus.seconds:.0f} s, {share:.0%} speech)"
        rows: list[Row] = []
        for name, (_, those) in work.items():
            rows.append((audio, name, PLAIN, *_figures(corpus, took[name, PLAIN], took[name, PLAIN])))
            for way in those:
                less = beyond(took[name, way], took[name, f"{way}, nothing"])
                rows.append((audio, name, f"run, {way}", *_figures(corpus, took[name, way], took[name, PLAIN])))
                rows.append((audio, name, f"run, {way}, start-up left out", *_figures(corpus, less, took[name, PLAIN])))
                goal = f"four jobs, {corpus.name.partition(',')[0]}, {way}" if name == ALL else f"{name} alone, {way}"
                if goal in NAMES and way in self.notes:
                    self.measured[goal] = ratios(took[name, PLAIN], less)
        return rows

    def _by_hand(self, job: str, paths: Sequence[Path]) -> None:
        for path in paths:
            self.plain[job](path)

    def _run(self, jobs: Sequence[str], precision: str, paths: Sequence[Path]) -> float:
        return timed_run(self._ready(jobs, precision, paths)).seconds

    def _warm(self, corpus: Corpus, alone: Sequence[str]) -> float:
        """One pass that is not timed, over each file in each way that ours has: an engine may compile for a length that
        it has not met.  The plain way hears one file.  Returns the share of speech."""
        for job in JOBS:
            self._by_hand(job, corpus.paths[:1])
        for way in alone:
            for job in JOBS:
                self._run((job,), way, corpus.paths)
        share = None
        for way in self.settings.precisions:
            ran = timed_run(self._ready(JOBS, way, corpus.paths))
            share = ran.speech_share
            if ran.is_in(way):
                self.notes[way] = in_words(way, ran)
        assert share is not None, "transcripts need speech"
        return share

    def _ready(self, jobs: Sequence[str], precision: str, paths: Sequence[Path]) -> Prepared:
        models = {job: self.models[job] for job in jobs}
        return prepared(paths, self.out, models, tables=jobs, device=self.settings.device, precision=precision)


def _figures(corpus: Corpus, took: Sequence[float], plain: Sequence[float]) -> Row:
    """The last three columns."""
    return spread(took), rates(corpus.seconds, took), ratios(plain, took)
