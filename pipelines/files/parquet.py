"""Parquet files in OUT, read as what their table is declared to be; beside this only DuckDB and the audit read one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files.damage import DamagedError, in_short
from pipelines.files.regular import check_file
from schemas.catalog import INVENTORY, TABLES
from schemas.layout import PARQUET
from schemas.table import Table, is_list

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)


def parquet_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder, sorted by name; none where there is no such folder.

    Hidden ones are none of ours: macOS lays a ``._x.parquet`` beside each ``x.parquet`` on a disk of another system.
    """
    return sorted(path for path in folder.glob(f"*{PARQUET}") if not path.name.startswith("."))


def read_table(path: Path, columns: Collection[str] | None = None) -> pa.Table:
    """The rows of a Parquet file.

    Raises:
        DamagedError: it is none, breaks off, or its columns are not those of its table.
        GoneError: it is not there.
    """
    with _opened(path, columns) as file:
        return _as_now(file.read(columns=None if columns is None else list(columns)))


def read_batches(path: Path, rows: int, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The same in batches of at most ``rows``."""
    with _opened(path, columns) as file:
        batches = file.iter_batches(rows, columns=None if columns is None else list(columns))
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                raise DamagedError(path, f"is damaged ({in_short(error)})") from None
            if batch is None:
                return
            yield _as_now(batch)


def read_schema(path: Path) -> pa.Schema:
    """The schema of a Parquet file, in whatever format it is; raises as :func:`read_table` does."""
    with _opened(path, ()) as file:
        return file.schema_arrow


def read_metadata(path: Path) -> pq.FileMetaData:
    """The metadata of a Parquet file; raises as :func:`read_table` does."""
    with _opened(path, ()) as file:
        return file.metadata


def count_rows(paths: Iterable[Path]) -> int:
    """The rows of Parquet files together."""
    return sum(read_metadata(path).num_rows for path in paths)


def first_damaged(paths: Iterable[Path]) -> DamagedError | None:
    """The error of the first Parquet file that cannot be read to its end; each is read whole."""
    for path in paths:
        try:
            for _ in read_batches(path, 1 << 16):
                pass
        except DamagedError as error:
            return error
    return None


def _as_now(rows: Rows) -> Rows:
    """Rows of a file of format 1 (:mod:`schemas.file_format`) as those of now: plain texts, vectors of float32."""
    for at, field in enumerate(rows.schema):
        now = _type_now(field.type)
        if now is not field.type:
            rows = rows.set_column(at, field.with_type(now), rows.column(at).cast(now))
    return rows


def _type_now(type: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type):
        return type.value_type
    if pa.types.is_fixed_size_list(type) and pa.types.is_float16(type.value_type):
        return pa.list_(type.value_field.with_type(pa.float32()), type.list_size)
    return type


@contextmanager
def _opened(path: Path, columns: Collection[str] | None) -> Iterator[pq.ParquetFile]:
    check_file(path)
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow, columns)
            yield file
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(path, f"is damaged ({in_short(error)})") from None


def _check_columns(path: Path, schema: pa.Schema, columns: Collection[str] | None) -> None:
    """Whether the columns asked for are there, and all of them of the kinds that their table is declared with.

    Other widths and encodings are no damage: an earlier version may have written them.
    """
    table = TABLES.get(path.parent.name)
    for name in (*(columns or ()), *(_never_missing(table) if table is not None else ())):
        if name not in schema.names:
            raise DamagedError(path, f"is damaged (it lacks the column {name})")
    for field in table.schema if table is not None else ():
        at = schema.get_field_index(field.name)
        if at >= 0 and _kind(schema.field(at).type) != _kind(field.type):
            raise DamagedError(path, f"is damaged (its column {field.name} is {schema.field(at).type})")


def _never_missing(table: Table) -> Iterator[str]:
    """Columns that a table has had in every version."""
    for field in table.schema:
        if field.name in (*table.key, "recording_id") or (table.name in INVENTORY and not field.nullable):
            yield field.name


def _kind(type: pa.DataType) -> str:
    if pa.types.is_dictionary(type):
        return _kind(type.value_type)
    if is_list(type):
        return "list"
    for kind, fits in (
        ("text", (pa.types.is_string, pa.types.is_large_string)),
        ("bytes", (pa.types.is_binary, pa.types.is_large_binary)),
        ("number", (pa.types.is_integer, pa.types.is_floating)),
    ):
        if any(one(type) for one in fits):
            return kind
    return str(type).partition("[")[0]
