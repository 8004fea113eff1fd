"""Files that any program reads: Parquet and CSV, batch by batch, so that no table has to fit into memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.corpus.rows import batches, rows
from pipelines.export.tables.sheet import Account, Sheet
from pipelines.files.cells import spreadsheet
from schemas.file_format import OF_TABLE

GROUP_ROWS, GROUP_BYTES = 100_000, 64_000_000
"""Of a row group in Parquet: as many rows as fit."""


def write_parquet(file: IO[bytes], sheet: Sheet, reader: pa.RecordBatchReader) -> Account:
    """Write the rows as Parquet, zstd, without types that few readers know."""
    account = Account()
    said = {OF_TABLE: json.dumps(described(sheet), ensure_ascii=False)}
    schema = pa.schema([_plain(field, sheet) for field in reader.schema], said)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(batches(reader), reader.schema):
            writer.write_table(group.cast(schema))
            account.rows += group.num_rows
    return account


def write_csv(file: IO[bytes], sheet: Sheet, reader: pa.RecordBatchReader) -> Account:
    """Write the rows as the commands write CSV: lists as JSON, bytes as hexadecimal digits."""
    account = Account()
    with spreadsheet(file) as lines:
        lines.row(reader.schema.names)
        for row in rows(reader):
            lines.row(row)
            account.rows += 1
    return account


def described(sheet: Sheet) -> dict[str, Any]:
    """The sheet in words, as a file of the corpus tells of its table (:func:`schemas.file_format.described`)."""
    columns = ({name: text for name, text in asdict(column).items() if text} for column in sheet.columns)
    return {
        "name": sheet.name,
        "one_row_is": sheet.row,
        "key": list(sheet.key),
        "points_into": [{"columns": list(one.columns), "table": one.to} for one in sheet.points_into],
        "columns": list(columns),
    }


def _plain(field: pa.Field, sheet: Sheet) -> pa.Field:
    """The field with UTC as its zone, and with its unit and meaning for whoever reads Arrow's metadata."""
    told = sheet.told[field.name]
    said = {name: text for name, text in (("unit", told.unit), ("meaning", told.meaning)) if text}
    type = pa.timestamp(field.type.unit, "UTC") if pa.types.is_timestamp(field.type) and field.type.tz else field.type
    return pa.field(field.name, type, metadata=said)


def _groups(found: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in found:
        held.append(batch)
        n_rows, n_bytes = n_rows + batch.num_rows, n_bytes + batch.nbytes
        if n_rows >= GROUP_ROWS or n_bytes >= GROUP_BYTES:
            yield pa.Table.from_batches(held, schema)
            held, n_rows, n_bytes = [], 0, 0
    if n_rows:
        yield pa.Table.from_batches(held, schema)
