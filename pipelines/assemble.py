"""The tables of the next snapshot: the published ones with what this run's passes put in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.holdings import BASE, Holdings
from pipelines.merge import Given, fit, place
from schemas.catalog import TABLES
from schemas.reasons import Stage
from schemas.records import Source
from schemas.table import Table
from transforms.shards import GROUP_ROWS, open_parquet

INVENTORY = ("files", "recordings", "errors", "runs")
OF_RECORDING = {Stage.DISCOVER: "recordings", Stage.IDENTIFY: "recordings", Stage.DECODE: "recordings"}
"""The table in whose place errors of a stage come and go; of other stages the one of their name."""


@dataclass(frozen=True)
class Own:
    """The user's own columns in this run: the values of each file, by URI; None where no metadata was named."""

    columns: tuple[pa.Field, ...]
    by_uri: Mapping[str, Mapping[str, Any]] | None

    @classmethod
    def of(cls, sources: Sequence[Source], table: Table, named: bool) -> Own:
        declared = set(TABLES["recordings"].schema.names)
        columns = tuple(field for field in table.schema if field.name not in declared)
        return cls(columns, {s.uri: s.metadata for s in sources} if named else None)


def declared_tables(made: Mapping[str, Table], snapshot: Path | None, own: Own) -> dict[str, Table]:
    """Every table of the next snapshot: those of this run, and those that it leaves as they are."""
    tables = dict(made)
    for name in TABLES:
        if snapshot is not None and name not in tables and (snapshot / name).is_dir():
            tables[name] = as_written(snapshot, name)
    if own.by_uri is None and snapshot is not None:
        tables["recordings"] = as_written(snapshot, "recordings")
    return {name: tables[name] for name in TABLES if name in tables}


def as_written(snapshot: Path, name: str) -> Table:
    """A table as it is declared now, with the vector length and the user's columns that its files have."""
    table = TABLES[name]
    path = next((snapshot / name).glob("*.parquet"), None)
    if path is None:
        return table
    schema = pq.read_schema(path)
    for field in schema:
        if pa.types.is_fixed_size_list(field.type) and field.name in table.schema.names:
            table = table.with_vector(field.name, field.type.list_size)
    if name == "recordings":
        table = table.with_columns([field for field in schema if field.name not in table.schema.names])
    return table


def assemble(folder: Path, holdings: Holdings, tables: Mapping[str, Table], own: Own, run_id: str) -> None:
    """Write or link every table but ``runs`` into ``folder``.

    Raises:
        RunError: rows of an earlier version do not fit the tables as they are declared now.
    """
    alive = holdings.alive()
    for name, table in tables.items():
        if name not in INVENTORY:
            place(list(_given(name, holdings, alive)), folder / name, table, run_id)
    files = files_table(holdings, tables["files"], run_id)
    _write(folder, "files", files, run_id)
    recordings = recordings_table(holdings, tables["recordings"], own, alive, run_id)
    _write(folder, "recordings", recordings, run_id)
    _write(folder, "errors", errors_table(holdings, tables["errors"], alive, run_id), run_id)
    holdings.write(folder)


def files_table(holdings: Holdings, table: Table, run_id: str) -> pa.Table:
    """Rows of ``files``, sorted."""
    parts = []
    for number, rows in _parts("files", holdings, table, run_id):
        mine = [
            uri in holdings.files and holdings.file_owner.get(uri, BASE) == number for uri in rows["uri"].to_pylist()
        ]
        parts.append(rows.filter(pa.array(mine, pa.bool_())))
    return _joined(parts, table).sort_by("uri")


def recordings_table(holdings: Holdings, table: Table, own: Own, alive: Collection[str], run_id: str) -> pa.Table:
    """Rows of ``recordings``, sorted, with the first URI by name and the user's columns."""
    owner = holdings.owner["recordings"]
    uris = uris_by_recording(holdings)
    declared = TABLES["recordings"].schema
    parts, earlier = [], {}
    for number, rows in _parts("recordings", holdings, TABLES["recordings"], run_id, keep_columns=True):
        keys = rows["recording_id"].to_pylist()
        if number == BASE:
            there = [field.name for field in rows.schema if field.name not in declared.names]
            if there:
                earlier = dict(zip(keys, rows.select(there).to_pylist(), strict=True))
        mine = [key in alive and owner.get(key, BASE) == number for key in keys]
        parts.append(fit(rows, declared).filter(pa.array(mine, pa.bool_())))
    joined = _joined(parts, TABLES["recordings"])
    joined = joined.take(pc.sort_indices(joined["recording_id"].cast(pa.string())))
    keys = joined["recording_id"].to_pylist()
    at = declared.get_field_index("uri")
    joined = joined.set_column(at, declared.field(at), pa.array([uris[key][0] for key in keys], pa.string()))
    added = [field for field in table.schema if field.name not in declared.names]
    values = [_own_values(key, uris[key], own, earlier) for key in keys]
    for field in added:
        joined = joined.append_column(field, _column([v.get(field.name) for v in values], field.type))
    return pa.Table.from_arrays(joined.columns, schema=table.schema)


def errors_table(holdings: Holdings, table: Table, alive: Collection[str], run_id: str) -> pa.Table:
    """Rows of ``errors``: of a broken content for each file that holds it, of a clip for the first of them."""
    uris = uris_by_recording(holdings)
    rows: dict[tuple, dict[str, Any]] = {}
    for number, part in _parts("errors", holdings, table, run_id):
        for row in part.to_pylist():
            key = row["recording_id"]
            if key is None:
                now = holdings.files.get(row["uri"])
                unread = now is not None and now.recording_id is None
                if unread and holdings.file_owner.get(row["uri"], BASE) == number:
                    rows[_what(row)] = row
                continue
            stage = Stage(row["stage"])
            of = OF_RECORDING.get(stage) or ("segments" if stage == Stage.SPEECH else stage.value)
            if key not in alive or holdings.owner[of].get(key, BASE) != number:
                continue
            for uri in uris[key] if row["channel"] is None else uris[key][:1]:
                moved = {**row, "uri": uri}
                rows[_what(moved)] = moved
    ordered = sorted(rows.values(), key=lambda r: (r["uri"], r["stage"], r["start_ms"] or 0, r["channel"] or 0))
    columns = [_column([row[field.name] for row in ordered], field.type) for field in table.schema]
    return pa.Table.from_arrays(columns, schema=table.schema)


def uris_by_recording(holdings: Holdings) -> dict[str, list[str]]:
    """The URIs of each recording, sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    for uri in sorted(holdings.files):
        key = holdings.files[uri].recording_id
        if key is not None:
            found[key].append(uri)
    return found


def _what(row: Mapping[str, Any]) -> tuple:
    return tuple(row[name] for name in row if name != "run_id")


def _own_values(key: str, uris: Sequence[str], own: Own, earlier: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The user's columns of a recording: of its first file that has any; as they were if this run says nothing."""
    if own.by_uri is not None:
        of_run = [own.by_uri[uri] for uri in uris if uri in own.by_uri]
        if of_run:
            return next((values for values in of_run if values), {})
    return earlier.get(key, {})


def _parts(
    name: str, holdings: Holdings, table: Table, run_id: str, keep_columns: bool = False
) -> Iterator[tuple[int, pa.Table]]:
    """The rows of an inventory table in each place, those of passes as rows of this run."""
    if holdings.snapshot is not None:
        for path in sorted((holdings.snapshot / name).glob("*.parquet")):
            rows = pq.read_table(path, partitioning=None)
            yield BASE, rows if keep_columns else fit(rows, table.schema)
    for number, done in enumerate(holdings.passes, 1):
        found = done.read(name)
        if found is not None:
            rows = fit(found, table.schema)
            at = table.schema.get_field_index("run_id")
            column = pa.array([run_id] * rows.num_rows, pa.string()).dictionary_encode()
            yield number, rows.set_column(at, table.schema.field(at), column)


def _given(name: str, holdings: Holdings, alive: Collection[str]) -> Iterator[Given]:
    """The files of a table, each with the recordings whose rows in it no longer count."""
    owner = holdings.owner[name]
    if holdings.snapshot is not None:
        # What was made of rows that are made anew, as tags of embeddings, is of the past.
        stale = set().union(*(holdings.owner[needed] for needed in TABLES[name].needs)) if TABLES[name].command else ()
        drop = set(owner) | set(stale) | (holdings.base_recordings - set(alive))
        for path in sorted((holdings.snapshot / name).glob("*.parquet")):
            yield Given(path, path.stem, drop)
    for number, done in enumerate(holdings.passes, 1):
        given = done.files_of(name)
        if given:
            rows = done.read("files", ["recording_id"])
            keys = set(rows["recording_id"].to_pylist()) if rows is not None else set()
            drop = {key for key in keys if key is not None and (key not in alive or owner.get(key, BASE) != number)}
            for path in given:
                yield Given(path, f"{done.folder.parent.parent.name}-{done.folder.name}-{path.stem}", drop)


def _joined(parts: Sequence[pa.Table], table: Table) -> pa.Table:
    if not parts:
        return table.schema.empty_table()
    return pa.concat_tables(parts).unify_dictionaries().combine_chunks()


def _column(values: Sequence[Any], type: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(type):
        return pa.array(values, type.value_type).dictionary_encode()
    try:
        return pa.array(values, type)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of the user's that has another type now
        return pa.array([_or_none(value, type) for value in values], type)


def _or_none(value: Any, type: pa.DataType) -> Any:
    try:
        return pa.scalar(value).cast(type).as_py()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return None


def _write(folder: Path, name: str, rows: pa.Table, run_id: str) -> None:
    (folder / name).mkdir(exist_ok=True)
    for at, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            # A dictionary keeps the values of rows that were left out, and they must not be found in the file.
            plain = rows.column(at).cast(field.type.value_type).combine_chunks()
            rows = rows.set_column(at, field, plain.dictionary_encode())
    with open_parquet(folder / name / f"{run_id}.parquet", rows.schema) as writer:
        writer.write_table(rows, row_group_size=GROUP_ROWS)
