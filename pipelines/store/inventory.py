"""The tables of the next snapshot that are made row by row: files, recordings and errors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.store.compaction import fit
from pipelines.store.manifest import BASE, Holdings
from pipelines.store.own import Values, agreed, own_columns
from pipelines.store.read import Snapshot
from pipelines.store.there import is_there
from schemas.catalog import STAGES, TABLES, stage_of, table_of
from schemas.notes import Note, together
from schemas.reasons import Reason, Stage
from schemas.table import Table


def files_table(holdings: Holdings, table: Table, of_files: Mapping[str, Values], run_id: str) -> pa.Table:
    """Rows of ``files``, sorted, with the user's columns of each file."""
    declared = TABLES["files"]
    parts = []
    for number, rows in _parts("files", holdings, declared, run_id):
        mine = [
            uri in holdings.files and holdings.file_owner.get(uri, BASE) == number for uri in rows["uri"].to_pylist()
        ]
        parts.append(rows.filter(pa.array(mine, pa.bool_())))
    rows = _with_contents(_joined(parts, declared).sort_by("uri"), holdings)
    at = declared.schema.get_field_index("notes")
    notes = [holdings.files[uri].notes for uri in rows["uri"].to_pylist()]
    kept = _column([None if of is None else list(of) for of in notes], rows.schema.field(at).type)
    rows = rows.set_column(at, rows.schema.field(at), kept)
    unread = holdings.out.get("recordings", {})
    if unread:
        uris = rows["uri"].to_pylist()
        for name, value in (("recording_id", None), ("status", "failed")):
            at = table.schema.get_field_index(name)
            values = zip(uris, rows[name].to_pylist(), strict=True)
            column = _column([value if uri in unread else old for uri, old in values], table.schema.field(at).type)
            rows = rows.set_column(at, table.schema.field(at), column)
    return _with_own(rows, table, "files", [of_files[uri] for uri in rows["uri"].to_pylist()])


def noted(rows: pa.Table, note: Note, recordings: Collection[str]) -> pa.Table:
    """Rows of ``files`` with a note for each that holds one of some recordings."""
    if not recordings:
        return rows
    keys, before = rows["recording_id"].to_pylist(), rows["notes"].to_pylist()
    notes = [
        list(together(old or (), (note.value,))) if key in recordings else old
        for key, old in zip(keys, before, strict=True)
    ]
    at = rows.schema.get_field_index("notes")
    return rows.set_column(at, rows.schema.field(at), pa.array(notes, rows.schema.field(at).type))


def _with_contents(rows: pa.Table, holdings: Holdings) -> pa.Table:
    """Rows of ``files`` with the hashes of their bytes, which earlier versions did not write."""
    at = rows.schema.get_field_index("bytes_hash")
    if not rows["bytes_hash"].null_count:
        return rows
    contents = [holdings.files[uri].content for uri in rows["uri"].to_pylist()]
    return rows.set_column(at, rows.schema.field(at), pa.array(contents, pa.string()))


def recordings_table(
    holdings: Holdings, table: Table, of_files: Mapping[str, Values], alive: Collection[str], run_id: str
) -> pa.Table:
    """Rows of ``recordings``, sorted, with the first URI by name and the user's columns where its files agree."""
    owner = holdings.owner["recordings"]
    uris = uris_by_recording(holdings)
    declared = TABLES["recordings"].schema
    parts = []
    for number, rows in _parts("recordings", holdings, TABLES["recordings"], run_id):
        mine = [key in alive and owner.get(key, BASE) == number for key in rows["recording_id"].to_pylist()]
        parts.append(rows.filter(pa.array(mine, pa.bool_())))
    joined = _joined(parts, TABLES["recordings"])
    joined = joined.take(pc.sort_indices(joined["recording_id"].cast(pa.string())))
    keys = joined["recording_id"].to_pylist()
    at = declared.get_field_index("uri")
    joined = joined.set_column(at, declared.field(at), pa.array([uris[key][0] for key in keys], pa.string()))
    anew = {key: {"sound_hash": sound} for key, sound in holdings.filled.items()}
    for key, said in holdings.described.items():
        anew[key] = {**anew.get(key, {}), **said}
    joined = _said_anew(joined, keys, anew)
    if holdings.out.get("segments"):  # what was taken out does not say how much of a recording is speech
        at = declared.get_field_index("speech_share")
        known = pa.array([key not in holdings.out["segments"] for key in keys], pa.bool_())
        share = pc.if_else(known, joined["speech_share"], pa.scalar(None, declared.field(at).type))
        joined = joined.set_column(at, declared.field(at), share)
    names = [field.name for field in own_columns(table.schema, "recordings")]
    return _with_own(joined, table, "recordings", [agreed(uris[key], holdings, of_files, names) for key in keys])


def _said_anew(rows: pa.Table, keys: Sequence[str], anew: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """Rows of ``recordings`` with other values in some columns of some of them."""
    for name in dict.fromkeys(name for said in anew.values() for name in said):
        field, before = rows.schema.field(name), rows[name].to_pylist()
        values = [anew.get(key, {}).get(name, old) for key, old in zip(keys, before, strict=True)]
        rows = rows.set_column(rows.schema.get_field_index(name), field, pa.array(values, field.type))
    return rows


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
                # What workers died over in this run stays as it was known: it lacks what the run was to make.
                lacks = now is not None and number != BASE and row["reason"] == Reason.WORKER_DIED
                if lacks or (unread and holdings.file_owner.get(row["uri"], BASE) == number):
                    rows[_what(row)] = row
                continue
            if key not in alive or holdings.owner[table_of(row["stage"])].get(key, BASE) != number:
                continue
            for uri in uris[key] if row["channel"] is None else uris[key][:1]:
                moved = {**row, "uri": uri}
                rows[_what(moved)] = moved
    rows = {_what(row): row for row in _mended(rows.values(), holdings)}
    rows.update((_what(row), row) for row in _of_taken_out(holdings, alive, uris, run_id))
    ordered = sorted(rows.values(), key=lambda r: (r["uri"], r["stage"], r["start_ms"] or 0, r["channel"] or 0))
    columns = [_column([row[field.name] for row in ordered], field.type) for field in table.schema]
    return pa.Table.from_arrays(columns, schema=table.schema)


def _of_taken_out(
    holdings: Holdings, alive: Collection[str], uris: Mapping[str, Sequence[str]], run_id: str
) -> Iterator[dict[str, Any]]:
    """Rows of ``errors`` for what is taken out of other tables."""
    for table, said in holdings.out.items():
        for key, messages in said.items() if table != "errors" else ():
            unread = table == "recordings"
            for uri in [key] if unread else uris[key] if key in alive else ():
                for message in messages:
                    yield {
                        "uri": uri,
                        "recording_id": None if unread else key,
                        "stage": stage_of(table),
                        "reason": Reason.BROKE_A_RULE.value,
                        "message": message,
                        "channel": None,
                        "start_ms": None,
                        "end_ms": None,
                        "run_id": run_id,
                    }


def _mended(rows: Iterable[dict[str, Any]], holdings: Holdings) -> Iterator[dict[str, Any]]:
    """Rows of ``errors``; where those of a file broke a rule, of each is kept that it was there and what it said."""
    broken = holdings.out.get("errors", {})
    for row in rows:
        if row["uri"] not in broken:
            yield row
            continue
        stage = row["stage"] if row["stage"] in STAGES else Stage.DISCOVER.value
        told = "; ".join((*broken[row["uri"]], f"it said: {row['message'] or 'nothing'}"))
        nowhere = {"channel": None, "start_ms": None, "end_ms": None}
        yield {**row, "stage": stage, "reason": Reason.BROKE_A_RULE.value, "message": told, **nowhere}


def uris_by_recording(holdings: Holdings) -> dict[str, list[str]]:
    """The URIs of each recording: those of files that are there, sorted, and then the others."""
    found: dict[str, list[str]] = defaultdict(list)
    for uri in sorted(holdings.files):
        key = holdings.files[uri].recording_id
        if key is not None:
            found[key].append(uri)
    for uris in found.values():
        if len(uris) > 1:  # a file that was moved, renamed or given another format leaves its old name behind
            uris.sort(key=lambda uri: not is_there(uri))
    return found


def _what(row: Mapping[str, Any]) -> tuple:
    return tuple(row[name] for name in row if name != "run_id")


def _with_own(rows: pa.Table, table: Table, name: str, values: Sequence[Values]) -> pa.Table:
    """The rows with the user's columns behind the declared ones."""
    for field in own_columns(table.schema, name):
        rows = rows.append_column(field, _column([of_row.get(field.name) for of_row in values], field.type))
    return pa.Table.from_arrays(rows.columns, schema=table.schema)


def _parts(name: str, holdings: Holdings, table: Table, run_id: str) -> Iterator[tuple[int, pa.Table]]:
    """The rows of an inventory table in each place, those of passes as rows of this run."""
    if holdings.snapshot is not None:
        rows = Snapshot(holdings.snapshot).rows(name)
        yield BASE, fit(rows, table.schema)
    for number, done in enumerate(holdings.passes, 1):
        found = done.read(name)
        if found is not None:
            rows = fit(found, table.schema)
            at = table.schema.get_field_index("run_id")
            column = pa.array([run_id] * rows.num_rows, pa.string())
            yield number, rows.set_column(at, table.schema.field(at), column)


def _joined(parts: Sequence[pa.Table], table: Table) -> pa.Table:
    if not parts:
        return table.schema.empty_table()
    return pa.concat_tables(parts).combine_chunks()


def _column(values: Sequence[Any], type: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of the user's that has another type now
        return pa.array([_or_none(value, type) for value in values], type)


def _or_none(value: Any, type: pa.DataType) -> Any:
    try:
        return pa.scalar(value).cast(type).as_py()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return None
