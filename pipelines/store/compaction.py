"""Parquet files of a table into the files of the next snapshot: linked, filtered, migrated or merged."""

from __future__ import annotations

import heapq
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import CommandError
from pipelines.files.link import link
from pipelines.files.parquet import read_batches, read_metadata, read_schema, read_table
from pipelines.store.passages import NO_PASSAGES, Passages
from schemas.catalog import TABLES
from schemas.file_format import is_current
from schemas.layout import PARQUET
from schemas.table import Table
from transforms.shards import GROUP_BYTES, GROUP_ROWS, open_table

MERGED_BYTES = 256 << 20
SMALL_BYTES = 64 << 20
SMALL_FILES = 8
"""More small files than these are merged: a year of nights would leave thousands."""
BATCH_ROWS = 16_384


@dataclass(frozen=True)
class Given:
    """A file of a table.

    Attributes:
        name: what it is called if it is linked; no two are called the same.
        drop: recordings whose rows in it no longer count.
        passages: what rows of others are left out for.
    """

    path: Path
    name: str
    drop: Collection[str] = ()
    passages: Passages = NO_PASSAGES


def place(given: Sequence[Given], folder: Path, table: Table, run_id: str) -> None:
    """Fill the folder of a table: files that hold what they should are linked, others written anew.

    What is written is sorted by recording, in files of about 256 MB.

    Raises:
        CommandError: a file lacks a column that may not be null.
    """
    folder.mkdir(exist_ok=True)
    stay: list[Given] = []
    rewrite: list[Given] = []
    for one in given:
        if read_metadata(one.path).num_rows:
            (stay if is_current(read_schema(one.path), table) and not _holds(one) else rewrite).append(one)
    small = [one for one in stay if one.path.stat().st_size < SMALL_BYTES]
    if len(small) > SMALL_FILES:
        rewrite += small
        stay = [one for one in stay if one not in small]
    for one in stay:
        link(one.path, folder / f"{one.name}{PARQUET}")
    if rewrite:
        _write(
            heapq.merge(*(_chain(stream) for stream in _streams(rewrite)), key=lambda p: p[0]), folder, table, run_id
        )


def place_runs(given: Sequence[Path], folder: Path, run_id: str) -> None:
    """Put the runs before this one into the folder of ``runs``: linked, or joined to one file where they are many.

    Raises:
        CommandError: a row lacks a column that may not be null.
    """
    table = TABLES["runs"]
    if len(given) <= SMALL_FILES and all(is_current(read_schema(path), table) for path in given):
        for path in given:
            link(path, folder / path.name)
        return
    rows = pa.concat_tables(fit(read_table(path), table.schema) for path in given).sort_by("run_id")
    with open_table(folder / f"{run_id}-merged{PARQUET}", table) as writer:
        writer.write_table(rows.combine_chunks(), row_group_size=max(1, rows.num_rows))


def fit(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows as ``schema`` has them: new columns are null, old ones go, types are converted.

    Raises:
        CommandError: a column that may not be null is not there, or its values are not of the new type.
    """
    columns = []
    for column in schema:
        at = rows.schema.get_field_index(column.name)
        if at < 0:
            if not column.nullable:
                raise CommandError(
                    f"rows of an earlier version lack the column {column.name}: make their table with --force"
                )
            columns.append(pa.chunked_array([pa.nulls(rows.num_rows, column.type)]))
            continue
        values = rows.column(at)
        try:
            if values.type != column.type:
                values = values.cast(column.type)
        except pa.ArrowInvalid as error:
            raise CommandError(f"rows of an earlier version do not fit the column {column.name}: {error}") from None
        columns.append(values)
    return pa.Table.from_arrays(columns, schema=schema)


def _holds(one: Given) -> bool:
    """Whether the file has rows that are to be dropped."""
    if not one.drop and not one.passages.of:
        return False
    found = read_table(one.path, ["recording_id"])["recording_id"].unique().to_pylist()
    if any(key in one.drop for key in found):
        return True
    return any(key in one.passages.of for key in found) and one.passages.are_in(one.path)


def _streams(given: Sequence[Given]) -> list[list[Given]]:
    """Files whose recordings follow each other make one stream: so few are open at once."""
    spans = sorted(((*_span(one.path), one.name, one) for one in given), key=lambda s: s[:3])
    streams: list[tuple[str, list[Given]]] = []
    for first, last, _, one in spans:
        for i, (end, stream) in enumerate(streams):
            if end < first:
                stream.append(one)
                streams[i] = last, stream
                break
        else:
            streams.append((last, [one]))
    return [stream for _, stream in streams]


def _span(path: Path) -> tuple[str, str]:
    """The first and the last recording of a file, which is sorted by recording."""
    metadata = read_metadata(path)
    at = next(i for i in range(metadata.num_columns) if metadata.schema.column(i).path == "recording_id")
    bounds = [metadata.row_group(g).column(at).statistics for g in range(metadata.num_row_groups)]
    return min(b.min for b in bounds), max(b.max for b in bounds)


def _chain(stream: Sequence[Given]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of files one after the other, a batch for each recording."""
    for one in stream:
        for batch in read_batches(one.path, BATCH_ROWS):
            if not batch.num_rows:
                continue
            keys = batch.column("recording_id").to_numpy(zero_copy_only=False)
            starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
            for start, end in zip(starts, [*starts[1:], len(keys)], strict=True):
                key, rows = keys[start], batch.slice(start, end - start)
                if key in one.drop:
                    continue
                left = one.passages.rows_without(rows) if key in one.passages.of else rows
                if left.num_rows:
                    yield key, left


def _write(pieces: Iterator[tuple[str, pa.RecordBatch]], folder: Path, table: Table, run_id: str) -> None:
    writer: pq.ParquetWriter | None = None
    path = folder
    held: list[pa.RecordBatch] = []
    size = rows = files = 0
    last = None

    def flush() -> None:
        nonlocal held, size, rows
        if held:
            assert writer is not None
            if all(batch.schema.equals(held[0].schema) for batch in held):
                joined = fit(pa.Table.from_batches(held).combine_chunks(), table.schema)
            else:  # files of several versions lie side by side
                joined = pa.concat_tables(fit(pa.Table.from_batches([batch]), table.schema) for batch in held)
            writer.write_table(joined.combine_chunks(), row_group_size=max(1, rows))
        held, size, rows = [], 0, 0

    try:
        for key, batch in pieces:
            if writer is not None and key != last and os.path.getsize(path) + size > MERGED_BYTES:
                flush()
                writer.close()
                writer = None
            if writer is None:
                path = folder / f"{run_id}-merged-{files:04d}{PARQUET}"
                writer = open_table(path, table)
                files += 1
            last = key
            held.append(batch)
            size += batch.nbytes
            rows += batch.num_rows
            if rows >= GROUP_ROWS or size >= GROUP_BYTES:
                flush()
        flush()
    finally:
        if writer is not None:
            writer.close()
