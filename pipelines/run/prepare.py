"""What a user's words come to, before anything is decoded or written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.checkpoints.chosen import chosen
from pipelines.checkpoints.notes import notes_on_checkpoints
from pipelines.errors import why
from pipelines.run.asked import asked_of
from pipelines.run.devices import check_placement, placement_notes
from pipelines.run.headerless import notes_on_raw
from pipelines.run.metadata import Joined, join_metadata
from pipelines.run.passed_over import notes_on
from pipelines.run.path_columns import PathPattern, with_path_columns
from pipelines.run.preferred import notes_on as notes_on_vocabulary
from pipelines.run.preferred import taken_by
from pipelines.run.runner import Runner, choose_runner
from pipelines.store.place import check_place
from schemas.catalog import OF_AUDIO, TABLES, nearest, tables_for
from schemas.config import Config
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.raw import read_raw
from schemas.records import Source
from schemas.table import Table
from transforms.discover import discover
from transforms.models.described import described
from transforms.models.door import Description


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
    runner: Runner
    notes: tuple[str, ...] = ()


def prepare(config: Config) -> Prepared:
    """Understand a configuration: files, metadata, tables, checkpoints, runner.

    Raises:
        UsageError, FileNotFoundError: wrong use.
        ModelError: a checkpoint that cannot be had or does not fit its job.
    """
    check_placement(config)
    _check_place(config.out)
    found = discover(config.recordings, [config.out] if config.out else [])
    if not found.sources:
        told = "".join(f"; {note}" for note in notes_on(found))
        raise UsageError(f"no recordings: the folders named hold no files that could be any{told}")
    runner = choose_runner(config.beam, len(found.sources))
    joined = _joined(found.sources, config)
    checkpoints = chosen(config)
    try:
        names = tables_for(config.tables, checkpoints)
    except ValueError as error:
        raise UsageError(str(error)) from error
    for table in config.force:
        if table not in names or table not in OF_AUDIO:
            makable = [name for name in names if name in OF_AUDIO]
            raise UsageError(f"--force {table}: not a table that this run makes{nearest(table, makable)}")
    checkpoints = {job: checkpoints[job] for job in JOBS if job in names}
    descriptions = _described(checkpoints)
    tables = {name: TABLES[name] for name in names}
    for job, description in descriptions.items():
        if description.dimension is not None:
            tables[job] = tables[job].with_vector("embedding", description.dimension)
    tables["recordings"] = tables["recordings"].with_columns(joined.columns)
    kinds = {job: description.kind for job, description in descriptions.items()}
    config = replace(config, vocabulary=taken_by(config.vocabulary, checkpoints, kinds))
    notes = placement_notes(config, kinds)
    notes.extend(notes_on_vocabulary(config.vocabulary, makes_transcripts="transcripts" in checkpoints))
    notes.extend(notes_on_checkpoints(checkpoints, {job: one.licence for job, one in descriptions.items()}))
    notes.extend(notes_on(found))
    notes.extend(joined.notes)
    sources = joined.sources
    if config.join_parts:
        from pipelines.run.takes import join_parts

        sources, told_of_parts = join_parts(sources, asked_of(config))
        notes.extend(told_of_parts)
    notes.extend(notes_on_raw(found.sources, read_raw(config.raw)))
    return Prepared(config, sources, tables, checkpoints, descriptions, runner, tuple(notes))


def _described(checkpoints: Mapping[str, str]) -> dict[str, Description]:
    """What each checkpoint is, by its job."""
    return {job: described(job, checkpoint) for job, checkpoint in checkpoints.items()}


def _joined(sources: Sequence[Source], config: Config) -> Joined:
    """The sources with the user's own columns."""
    types = {**config.metadata.types, **config.types}
    pattern = config.path_columns
    beside = PathPattern(pattern).names if pattern is not None else ()
    joined = join_metadata(sources, replace(config.metadata, types=types), beside)
    return with_path_columns(joined, pattern, config.recordings, types) if pattern is not None else joined


def _check_place(out: str) -> None:
    try:
        check_place(Path(out))
    except OSError as error:
        raise UsageError(f"{out} cannot be looked at: {why(error)}") from None


def bare(prepared: Prepared) -> Prepared:
    """The same without the files, of which a pass is given its own."""
    return replace(prepared, sources=(), notes=())
