"""One run: from what the user named to a published corpus."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apache_beam as beam
import torch

from pipelines.audit import Audit, audit
from pipelines.checkpoints import chosen
from pipelines.engine import Engine, choose_engine, threads_each
from pipelines.failure import RunError, first_line
from pipelines.graph import HEARS, OF_WINDOWS, Work, build
from pipelines.history import Measured, measure, write_run
from pipelines.metadata import join_metadata
from pipelines.plural import counted
from pipelines.snapshot import Corpus
from schemas.catalog import JOBS, TABLES, tables_for
from schemas.config import Config, ConfigError
from schemas.records import Source
from schemas.table import Table
from transforms.answers import Job
from transforms.discover import discover
from transforms.listen import Listening
from transforms.models.budget import group_seconds
from transforms.models.door import Description, ModelError, describe
from transforms.stages.inference import door_of
from transforms.stages.listen import WINDOWS, Hearing


@dataclass(frozen=True)
class Prepared:
    """A run whose words have all been understood, before anything is decoded or written.

    Attributes:
        tables: the tables to make, sized for the checkpoints and with the user's columns.
        checkpoints: of each job that is to be done.
        notes: what the user should know before it begins.
    """

    config: Config
    sources: tuple[Source, ...]
    tables: dict[str, Table]
    checkpoints: dict[str, str]
    descriptions: dict[str, Description]
    engine: Engine
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """A run that is over.

    Attributes:
        snapshot: the folder of its tables.
        measured: counts and times.
    """

    run_id: str
    snapshot: Path
    audit: Audit
    measured: Measured


def prepare(config: Config) -> Prepared:
    """Understand a configuration: files, metadata, tables, checkpoints, engine.

    Raises:
        ConfigError, FileNotFoundError: wrong use.
        ModelError: a checkpoint that cannot be had or does not fit its job.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("--device cuda: torch sees no GPU on this machine")
    found = discover(config.recordings)
    if not found.sources:
        raise ConfigError("no recordings: the folders named hold no files that could be any")
    engine = choose_engine(config.beam, len(found.sources))
    joined = join_metadata(found.sources, config.metadata)
    checkpoints = chosen(config)
    try:
        names = tables_for(config.tables, checkpoints)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    checkpoints = {job: checkpoints[job] for job in JOBS if job in names}
    descriptions = {job: describe(job, checkpoint) for job, checkpoint in checkpoints.items()}
    tables = {name: TABLES[name] for name in names}
    for job, description in descriptions.items():
        if description.dimension is not None:
            tables[job] = tables[job].with_vector("embedding", description.dimension)
    try:
        tables["recordings"] = tables["recordings"].with_columns(joined.columns)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    notes = []
    if found.passed_over:
        which = ", ".join(f"{extension} {n}" for extension, n in found.passed_over.most_common(4))
        passed_over = counted(found.passed_over.total(), "file")
        notes.append(f"{passed_over} passed over, no recordings by their extension ({which})")
    if joined.unmatched:
        some = ", ".join(joined.unmatched[:3]) + (", ..." if len(joined.unmatched) > 3 else "")
        lines = counted(len(joined.unmatched), "line")
        notes.append(f"of the metadata, {lines} name no file of this run: {some}")
    return Prepared(config, joined.sources, tables, checkpoints, descriptions, engine, tuple(notes))


def new_run_id() -> str:
    """UTC time and four random hex digits: sorts by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def jobs_of(prepared: Prepared, run_id: str) -> tuple[Job, ...]:
    """The jobs of a run, on the device and at the precision that it resolved to."""
    config = prepared.config
    device = config.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    precision = "fp32" if config.precision == "auto" else config.precision
    return tuple(
        Job(
            name=job,
            table=prepared.tables[job],
            checkpoint=checkpoint,
            run_id=run_id,
            device=device,
            precision=precision,
            language=config.language,
            batch_seconds=config.batch_seconds,
            group_seconds=group_seconds(device, config.batch_seconds),
            top=config.top_tags,
        )
        for job, checkpoint in prepared.checkpoints.items()
    )


def work_of(prepared: Prepared, run_id: str, folder: Path, ticks: tuple[str, int] | None) -> Work:
    """The run as the wiring takes it."""
    config, tables = prepared.config, prepared.tables
    rates = {job: description.rate for job, description in prepared.descriptions.items()}
    over_windows = [rates[job] for job in rates if HEARS[job] == WINDOWS]
    wants_windows = bool(over_windows) or any(name in tables for name in OF_WINDOWS)
    listening = Listening(
        windows=tuple(sorted(set(over_windows))) if wants_windows else None,
        speech=config.speech if "segments" in tables else None,
        clip_seconds=config.emotion_seconds,
        each=config.channels == "each",
    )
    return Work(
        run_id=run_id,
        folder=str(folder.absolute()),
        sources=prepared.sources,
        tables=tables,
        jobs=jobs_of(prepared, run_id),
        rates=rates,
        hearing=Hearing(listening, tables["recordings"], run_id, threads_each(prepared.engine), ticks),
        lanes=prepared.engine.lanes,
        shard_seconds=config.shard_seconds,
    )


def load_models(work: Work) -> dict[str, str]:
    """Open every checkpoint once, before any audio is touched: a wrong one ends the run here.

    Local workers use the same copies.

    Returns:
        What the ``model`` column will say, for each job.
    """
    return {job.name: door_of(job).model_id for job in work.jobs}


def execute(work: Work, engine: Engine) -> beam.runners.runner.PipelineResult:
    """Run the pipeline to its end."""
    pipeline = beam.Pipeline(options=engine.options)
    build(pipeline, work)
    result = pipeline.run()
    result.wait_until_finish()
    return result


def run(
    prepared: Prepared, ticks: tuple[str, int] | None = None, say: Callable[[str], None] = lambda line: None
) -> Published:
    """Do it: stage, audit, publish.

    Args:
        ticks: where workers report progress.
        say: takes a line for the user.

    Raises:
        BusyError: another run is at work on the corpus.
        RunError: nothing was published; the message says why.
        ModelError: a checkpoint that cannot be opened.
    """
    corpus = Corpus(prepared.config.out)
    with ExitStack() as held:
        try:
            held.enter_context(corpus.held())
        except OSError as error:
            raise RunError(f"{corpus.out} cannot be written: {error.strerror}") from None
        return _run(prepared, corpus, ticks, say)


def _run(prepared: Prepared, corpus: Corpus, ticks: tuple[str, int] | None, say: Callable[[str], None]) -> Published:
    started, clock, run_id = datetime.now(UTC), time.monotonic(), new_run_id()
    try:
        staging = corpus.begin(run_id)
    except OSError as error:
        raise RunError(f"{corpus.out} cannot be written: {error.strerror}") from None
    try:
        work = work_of(prepared, run_id, staging, ticks)
        say("loading the models")
        models = load_models(work)
        say("reading the headers" if ticks else "the engine is at work")
        result = execute(work, prepared.engine)
        measured = measure(staging, work.tables, result, models, time.monotonic() - clock)
        write_run(staging, work.tables["runs"], prepared.config, run_id, started, measured)
        corpus.complete(staging, work.tables)
        say("auditing the tables")
        audited = audit(staging, list(work.tables.values()), inputs=len(prepared.sources))
        (staging / "audit.json").write_text(audited.to_json())
    except BaseException as error:
        corpus.abandon(staging)
        if isinstance(error, Exception) and not isinstance(error, ModelError | ConfigError):
            raise RunError(first_line(error)) from error
        raise
    if not audited.success:
        lines = "\n  ".join(audited.summary())
        raise RunError(f"the audit failed; nothing was published; the tables are kept in {staging}\n  {lines}")
    return Published(run_id, corpus.publish(staging, prepared.config.keep), audited, measured)
