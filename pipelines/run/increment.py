"""What is there, what is asked for, and what lies between: the part of a run that opens no recording."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.console.numbers import counted
from pipelines.errors import CommandError
from pipelines.run.languages import languages_of
from pipelines.run.prepare import Prepared
from pipelines.store.changes import Todo, compare
from pipelines.store.folder import Folder
from pipelines.store.inventory import files_table
from pipelines.store.manifest import Holdings
from pipelines.store.next_snapshot import as_written, declared_tables
from pipelines.store.own import Own, own_columns, values_of_files
from pipelines.store.passages import Passages, speaks
from pipelines.store.read import Snapshot
from pipelines.store.recipes import content_of, recipes_of
from pipelines.store.staging import Pass, left_behind
from pipelines.store.switch import read_shown
from pipelines.store.there import is_there
from pipelines.store.tombstones import forgotten_in, read_forgotten
from schemas.file_format import is_current
from schemas.forgotten import Forgotten
from schemas.layout import DESCRIPTOR, MADE, PAGE
from schemas.raw import read_raw
from schemas.table import Table
from transforms.discover import uri_of


@dataclass
class Increment:
    """What a run has to know to do the new work only.

    Attributes:
        holdings: what the corpus and the runs that did not come to their end have made.
        recipes: of each table that this run makes from audio.
        weights: what each job's checkpoint holds.
        own: the user's own columns.
        tables: every table of the next snapshot.
        gone: files whose rows are to be dropped.
        retry: files that are taken up again though they are known.
        forgotten: what is to be left out wherever it turns up.
        buried: how many of the files given are left out, because they were forgotten by name.
        unburied: how many files a forgetting that was cut off had left in the tables; they are dropped.
        uncut: whether one had left rows of a passage in the tables.
        notes: what a person should know before it begins.
    """

    prepared: Prepared
    holdings: Holdings
    recipes: dict[str, str]
    weights: dict[str, str]
    own: Own
    tables: dict[str, Table]
    gone: tuple[str, ...]
    retry: frozenset[str]
    forgotten: Forgotten
    buried: int = 0
    unburied: int = 0
    uncut: bool = False
    notes: tuple[str, ...] = ()

    def todo(self) -> Todo:
        """What is still to be done, after what the passes so far have made.

        Raises:
            CommandError: see :func:`pipelines.store.changes.compare`.
        """
        lengths: dict[str, float] = {}
        snapshot = self.holdings.snapshot

        def seconds_of(key: str) -> float:
            if not lengths and snapshot is not None:
                for row in Snapshot(snapshot).rows("recordings", ["recording_id", "duration_ms"]).to_pylist():
                    lengths[row["recording_id"]] = row["duration_ms"] / 1000
            return lengths.get(key, 0.0)

        return compare(
            self.prepared.sources,
            self.holdings,
            self.recipes,
            force=self.prepared.config.force,
            retry=self.retry,
            seconds_of=seconds_of,
        )

    def inputs(self, todo: Todo, own_from: int, waiting: int) -> dict[str, int]:
        """Files by what a run did about them.

        Args:
            own_from: the number of its first pass; those before are of runs that did not come to their end.
            waiting: what it left to the next one.
        """
        numbers = self.holdings.file_owner
        mine = [uri for uri, number in numbers.items() if number >= own_from]
        resumed = len(numbers) - len(mine)
        failed = sum(self.holdings.files[uri].status == "failed" for uri in mine if uri in self.holdings.files)
        return {
            "taken": len(mine),
            "failed": failed,
            "skipped": todo.skipped - resumed,
            "resumed": resumed,
            "pruned": len(self.gone),
            "waiting": waiting,
        }

    def refuse_other_vectors(self, todo: Todo) -> None:
        """A table has one vector length: rows that the run leaves alone may not have another.

        Raises:
            CommandError: some would.
        """
        for name, table in self.prepared.tables.items():
            if not any(pa.types.is_fixed_size_list(field.type) for field in table.schema):
                continue
            if self.holdings.snapshot is None or not (self.holdings.snapshot / name).is_dir():
                continue
            again = {one.recording_id for tables, known in todo.again.items() if name in tables for one in known}
            left = [key for key in self.holdings.alive() - again if name in self.holdings.made.get(key, {})]
            if not left:
                continue
            before = as_written(self.holdings.snapshot, name).schema
            for field in table.schema:
                if pa.types.is_fixed_size_list(field.type) and not field.type.equals(before.field(field.name).type):
                    old: Any = before.field(field.name).type
                    new: Any = field.type
                    raise CommandError(
                        f"{name}: the checkpoint gives vectors of {new.list_size} values, the corpus has some of "
                        f"{old.list_size} for {counted(len(left), 'recording')} that this run was not given: "
                        "name them too, or use another folder"
                    )

    def rewrites(self) -> bool:
        """Whether tables change though no recording is to be heard: files gone, other metadata, a newer schema."""
        snapshot = self.holdings.snapshot
        if self.gone or self.unburied or self.uncut or self.holdings.file_owner:
            return True
        if snapshot is None:
            return False
        if not all(os.path.lexists(snapshot / name) for name in (MADE, PAGE, DESCRIPTOR)):
            return True
        for name, table in self.tables.items():
            schema = Snapshot(snapshot).schema(name)
            if schema is None or not is_current(schema, table):
                return True
        if self.own.by_uri is None:
            return False
        # What recordings have of these columns follows from their files.
        table = self.tables["files"]
        names = [field.name for field in own_columns(table.schema, "files")]
        now = files_table(self.holdings, table, values_of_files(self.holdings, self.own), "")
        before = Snapshot(snapshot).rows("files")
        return now.select(names).to_pylist() != before.sort_by("uri").select(names).to_pylist()


def look(prepared: Prepared, folder: Folder) -> Increment:
    """Hold what the user named against what the corpus and unfinished runs hold.

    Raises:
        ModelError: a checkpoint that cannot be found.
        UsageError: no column is called as the one that is to say languages.
        CommandError: the folder cannot be read, or ``--prune`` would drop all of a folder that may not be mounted.
    """
    config = prepared.config
    forgotten = read_forgotten(folder.out)
    sources = tuple(s for s in prepared.sources if not any(forgotten.holds(file.uri) for file in s.files))
    buried = len(prepared.sources) - len(sources)
    prepared = replace(prepared, sources=sources)
    snapshot = read_shown(folder.out)
    revisions = {job: content_of(job, checkpoint) for job, checkpoint in prepared.checkpoints.items()}
    recipes = recipes_of(config, prepared.tables, revisions)
    holdings = Holdings.read(snapshot, read_raw(config.raw))
    holdings.check_whole(config.force)
    retry = _with_errors(snapshot) if config.retry_errors and snapshot is not None else frozenset()
    named = config.metadata.path is not None
    own = Own.of(prepared.sources, prepared.tables["recordings"], named or config.path_columns is not None, not named)
    said = languages_of(prepared, holdings, own, recipes, revisions)
    prepared = said.prepared
    holdings.speak(said.spoken)
    for done in left_behind(folder.staging):
        holdings.take(done, recipes)
    unburied = forgotten_in(holdings, forgotten)
    holdings.drop_files(unburied)
    given = {file.uri for source in prepared.sources for file in source.files}
    gone = tuple(uri for uri in holdings.files if uri not in given and not is_there(uri)) if config.prune else ()
    _refuse_unmounted({*config.recordings, *_links_above(gone)}, gone, given)
    tables = declared_tables(prepared.tables, snapshot, own)
    uncut = snapshot is not None and speaks(Snapshot(snapshot), Passages.among(forgotten, holdings))
    out = buried, len(unburied), uncut, said.notes
    return Increment(prepared, holdings, recipes, revisions, own, tables, gone, retry, forgotten, *out)


def consumed(holdings: Holdings) -> Collection[Path]:
    """The staging folders of the runs whose passes were gone on from."""
    return {_staging_of(done) for done in holdings.passes}


def _staging_of(done: Pass) -> Path:
    return done.folder.parent.parent


def _with_errors(snapshot: Path) -> frozenset[str]:
    return frozenset(Snapshot(snapshot).rows("errors", ["uri"])["uri"].to_pylist())


def _refuse_unmounted(named: Iterable[str], gone: Collection[str], given: Collection[str]) -> None:
    """A folder that has lost everything is likelier not mounted than emptied.

    Raises:
        CommandError: a folder that was named or linked holds no recording, and files that the corpus knows were
            beneath it.
    """
    for folder in sorted(named) if gone else ():
        beneath = uri_of(os.path.join(os.path.abspath(folder), ""))
        lost = sum(uri.startswith(beneath) for uri in gone)
        if lost and not any(uri.startswith(beneath) for uri in given):
            raise CommandError(
                f"--prune would drop {counted(lost, 'file')}, all that the corpus knows beneath {folder}, which holds "
                "no recording now: is it mounted? If it is meant to be empty, leave it out of the folders named, or "
                "remove the link that leads to it"
            )


def _links_above(uris: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for uri in uris:
        while (uri := os.path.dirname(uri)) not in folders and uri != os.path.dirname(uri):
            folders.add(uri)
    return set(filter(os.path.islink, folders))
