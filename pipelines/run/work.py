"""What a run asks of the pipeline: its jobs, its wiring, and the pipeline at work."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

import apache_beam as beam

from pipelines.run.asked import asked_of
from pipelines.run.devices import placed
from pipelines.run.graph import Work, build
from pipelines.run.prepare import Prepared
from pipelines.run.runner import Runner, threads_each
from pipelines.run.watched import run_watched
from schemas.jobs import JOBS
from transforms.imports import hidden
from transforms.listen import Listening
from transforms.models.budget import group_seconds
from transforms.stages.listen import Hearing
from transforms.task import Task


def tasks_of(prepared: Prepared, run_id: str) -> tuple[Task, ...]:
    """The jobs of a run, on the devices, in the precisions and by the engines that it resolved to."""
    config = prepared.config
    placements = {job: placed(config, d.kind, prepared.runner) for job, d in prepared.descriptions.items()}
    return tuple(
        Task(
            name=job,
            table=prepared.tables[job],
            checkpoint=checkpoint,
            run_id=run_id,
            device=placements[job].device,
            precision=placements[job].precision,
            engine=placements[job].engine,
            language=config.language,
            vocabulary=config.vocabulary.words if job == "transcripts" else (),
            batch_seconds=config.batch_seconds,
            group_seconds=group_seconds(placements[job].device, config.batch_seconds, placements[job].engine.name),
            top=config.top_tags,
            sharers=prepared.runner.sharers,
            joins=prepared.descriptions[job].talk_seconds is not None,
        )
        for job, checkpoint in prepared.checkpoints.items()
    )


def work_of(prepared: Prepared, run_id: str, folder: Path, ticks: tuple[str, int] | None) -> Work:
    """The run as the wiring takes it."""
    config, tables = prepared.config, prepared.tables
    rates = {job: description.rate for job, description in prepared.descriptions.items()}
    streams = {table.hears for table in tables.values()}
    of_windows = {rate for job, rate in rates.items() if JOBS[job].hears == "windows"}
    talks = [d.talk_seconds for d in prepared.descriptions.values() if d.talk_seconds is not None]
    listening = Listening(
        windows=tuple(sorted(of_windows)) if "windows" in streams else None,
        speech=config.speech if streams & {"segments", "clips"} else None,
        clip_seconds=config.emotion_seconds,
        talk_seconds=min(talks, default=None),
        pitch=bool(tables.keys() & {"frames", "prosody"}),
        each=config.channels == "each",
        mix=config.mix,
        most_hours=config.max_hours,
        asked=asked_of(config),
    )
    return Work(
        run_id=run_id,
        folder=str(folder.absolute()),
        sources=prepared.sources,
        tables=tables,
        tasks=tasks_of(prepared, run_id),
        rates=rates,
        # Threads beside those of the workers help where cores are left over; else they take the interpreter's lock from
        # them: three hours in 36 files took two workers 56 s with them and 37 without.
        hearing=Hearing(listening, tables.get("recordings"), run_id, threads_each(prepared.runner), ticks),
        lanes=prepared.runner.lanes,
        shard_seconds=config.shard_seconds,
    )


def load_models(work: Work) -> dict[str, str]:
    """Open every checkpoint once, before any audio is touched: a wrong one ends the run here.

    Local workers use the same copies.

    Returns:
        What the ``model`` column will say, for each job.
    """
    if not work.tasks:
        return {}
    import transforms.models.modeling  # noqa: F401  (before whoever imports the whole of it)
    from transforms.stages.infer import door_of  # and with it torch

    return {task.name: door_of(task).model_id for task in work.tasks}


def execute(work: Work, runner: Runner) -> beam.runners.runner.PipelineResult:
    """Run the pipeline to its end.

    Raises:
        CommandError: a worker process died.
    """
    with hidden("IPython"):  # Beam asks at each step whether it runs in a notebook
        pipeline = beam.Pipeline(options=runner.options)
        build(pipeline, work)
        if runner.has_processes:
            return run_watched(pipeline)
        result = pipeline.run()
        result.wait_until_finish()
        return result


def narrowed(prepared: Prepared, names: AbstractSet[str]) -> Prepared:
    """The run as one that makes only these tables, of those that are made from audio."""
    kept = {*names, "files", "errors"}
    return replace(
        prepared,
        tables={name: table for name, table in prepared.tables.items() if name in kept},
        checkpoints={job: checkpoint for job, checkpoint in prepared.checkpoints.items() if job in kept},
        descriptions={job: description for job, description in prepared.descriptions.items() if job in kept},
    )
