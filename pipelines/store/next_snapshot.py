"""The tables of the next snapshot: the published ones with what this run's passes put in their place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from pipelines.files.parquet import read_table
from pipelines.store.compaction import Given, place
from pipelines.store.inventory import errors_table, files_table, noted, recordings_table
from pipelines.store.manifest import BASE, Holdings
from pipelines.store.own import Own, files_with, own_columns, values_of_files
from pipelines.store.passages import Passages
from pipelines.store.read import Snapshot
from schemas.catalog import INVENTORY, TABLES
from schemas.forgotten import NOTHING, Forgotten
from schemas.layout import PARQUET
from schemas.notes import Note
from schemas.table import Table
from transforms.shards import GROUP_ROWS, open_table


def declared_tables(made: Mapping[str, Table], snapshot: Path | None, own: Own) -> dict[str, Table]:
    """Every table of the next snapshot: those of this run, and those that it leaves as they are."""
    tables = dict(made)
    for name in TABLES:
        if snapshot is not None and name not in tables and (snapshot / name).is_dir():
            tables[name] = as_written(snapshot, name)
    if snapshot is not None and (own.by_uri is None or own.beside):
        before = as_written(snapshot, "recordings")
        new = {field.name.lower() for field in own.columns}
        kept = [field for field in own_columns(before.schema, "recordings") if field.name.lower() not in new]
        tables["recordings"] = TABLES["recordings"].with_columns([*kept, *own.columns])
    tables["files"] = files_with(own_columns(tables["recordings"].schema, "recordings"))
    return {name: tables[name] for name in TABLES if name in tables}


def as_written(snapshot: Path, name: str) -> Table:
    """A table as it is declared now, with the vector length and the user's columns that its files have."""
    table = TABLES[name]
    schema = Snapshot(snapshot).schema(name)
    if schema is None:
        return table
    for field in schema:
        if pa.types.is_fixed_size_list(field.type) and field.name in table.schema.names:
            table = table.with_vector(field.name, field.type.list_size)
    if name in ("files", "recordings"):
        table = table.with_columns(own_columns(schema, name))
    return table


def assemble(
    folder: Path,
    holdings: Holdings,
    tables: Mapping[str, Table],
    own: Own,
    run_id: str,
    forgotten: Forgotten = NOTHING,
) -> None:
    """Write or link every table but ``runs`` into ``folder``.

    Args:
        forgotten: passages whose rows are left out, whoever made them.

    Raises:
        CommandError: rows of an earlier version do not fit the tables as they are declared now.
    """
    alive = holdings.alive()
    passages = Passages.among(forgotten, holdings)
    if passages.of and "segments" in tables:
        passages = passages.with_segments((one.path, one.drop) for one in _given("segments", holdings, alive))
    for name, table in tables.items():
        if name not in INVENTORY:
            given = [replace(one, passages=passages) for one in _given(name, holdings, alive)]
            place(given, folder / name, table, run_id)
    of_files = values_of_files(holdings, own)
    files = noted(files_table(holdings, tables["files"], of_files, run_id), Note.PASSAGE_FORGOTTEN, passages.of)
    _write(folder, tables["files"], files, run_id)
    recordings = recordings_table(holdings, tables["recordings"], of_files, alive, run_id)
    _write(folder, tables["recordings"], recordings, run_id)
    _write(folder, tables["errors"], errors_table(holdings, tables["errors"], alive, run_id), run_id)
    holdings.write(folder)


def _given(name: str, holdings: Holdings, alive: Collection[str]) -> Iterator[Given]:
    """The files of a table, each with the recordings whose rows in it no longer count."""
    owner, out = holdings.owner[name], holdings.out.get(name, {}).keys()
    if holdings.snapshot is not None:
        # What was made of rows that are made anew, as tags of embeddings, is of the past.
        stale = set().union(*(holdings.owner[needed] for needed in TABLES[name].needs)) if TABLES[name].command else ()
        drop = set(owner) | set(stale) | (holdings.base_recordings - set(alive)) | out
        if not holdings.base_recordings <= drop:  # else no row of them counts: they may be damaged
            for path in Snapshot(holdings.snapshot).files(name):
                yield Given(path, path.stem, drop)
    for number, done in enumerate(holdings.passes, 1):
        given = done.files_of(name)
        if given:
            rows = done.read("files", ["recording_id"])
            keys = set(rows["recording_id"].to_pylist()) if rows is not None else set()
            if holdings.restless:  # of what changed while it was read, rows may be written, but none of files
                for path in given:
                    keys.update(read_table(path, ["recording_id"])["recording_id"].to_pylist())
            gone = {key for key in keys if key is not None and (key not in alive or owner.get(key, BASE) != number)}
            for path in given:
                yield Given(path, f"{done.folder.parent.parent.name}-{done.folder.name}-{path.stem}", gone | out)


def _write(folder: Path, table: Table, rows: pa.Table, run_id: str) -> None:
    (folder / table.name).mkdir(exist_ok=True)
    with open_table(folder / table.name / f"{run_id}{PARQUET}", table) as writer:
        if rows.num_rows:  # some readers break on a row group without rows
            writer.write_table(rows, row_group_size=GROUP_ROWS)
