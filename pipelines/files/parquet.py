"""The one reader of files in OUT, beside DuckDB: what cannot be read is told in a line that names the file.

Only regular files are opened: a pipe in the place of one would wait for ever.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import RunError
from schemas.catalog import INVENTORY, TABLES
from schemas.forgotten import Forgotten
from schemas.layout import AUDIT, MADE, PASS, PASSES, TOMBSTONES
from schemas.table import Table

LONGEST_WHY = 120
_BACKUP = "put it back from a backup"
_REMEDIES = {
    MADE: f"{_BACKUP}, or remove it: the next run then makes all tables anew",
    AUDIT: f"{_BACKUP}, or remove it: only the report shows it",
    PASS: "remove it: the next run then hears its recordings again",
    TOMBSTONES: f"{_BACKUP}: without it what was forgotten would come back",
}


class DamagedError(RunError):
    """A file of OUT that cannot be read; the message names it, and what to do.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}: {_remedy(path)}")
        self.path = path


class GoneError(RunError):
    """A file that was there when it was listed."""


def check_file(path: Path) -> None:
    """Refuse what is no file that can be read.

    Raises:
        DamagedError: it is no regular file, or may not be looked at.
        GoneError: it is not there.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if os.path.islink(path):
            raise DamagedError(path, "is a link to nothing") from None
        raise GoneError(f"{path} is gone: the corpus was moved, or published anew meanwhile: try again") from None
    except (OSError, ValueError) as error:
        raise DamagedError(path, f"cannot be read ({_why(error)})") from None
    if not stat.S_ISREG(mode):
        raise DamagedError(path, f"is {'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'}, no file")


def read_table(path: Path, columns: Collection[str] | None = None) -> pa.Table:
    """The rows of a Parquet file.

    Raises:
        DamagedError: it is none, breaks off, or its columns are not those of its table.
        GoneError: it is not there.
    """
    with _opened(path, columns) as file:
        return file.read(columns=None if columns is None else list(columns))


def read_batches(path: Path, rows: int, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The same in batches of at most ``rows``."""
    with _opened(path, columns) as file:
        batches = file.iter_batches(rows, columns=None if columns is None else list(columns))
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                raise DamagedError(path, f"is damaged ({_why(error)})") from None
            if batch is None:
                return
            yield batch


def read_schema(path: Path) -> pa.Schema:
    """The schema of a Parquet file; raises as :func:`read_table` does."""
    with _opened(path, ()) as file:
        return file.schema_arrow


def read_metadata(path: Path) -> pq.FileMetaData:
    """The metadata of a Parquet file; raises as :func:`read_table` does."""
    with _opened(path, ()) as file:
        return file.metadata


def count_rows(paths: Iterable[Path]) -> int:
    """The rows of Parquet files together."""
    return sum(read_metadata(path).num_rows for path in paths)


def read_bytes(path: Path) -> bytes:
    """What stands in a file.

    Raises:
        DamagedError: it is none, or may not be read.
        GoneError: it is not there.
    """
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamagedError(path, f"cannot be read ({_why(error)})") from None


def read_json(path: Path) -> dict[str, Any]:
    """An object of JSON; raises as :func:`read_bytes` does."""
    try:
        found = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise DamagedError(path, f"is damaged (no JSON: {_why(error)})") from None
    if not isinstance(found, dict):
        raise DamagedError(path, "is damaged (its JSON is no object)")
    return found


def read_forgotten(out: Path) -> Forgotten:
    """What is to be left out wherever it turns up; nothing where nothing was ever forgotten.

    Raises:
        DamagedError: the file cannot be read: nothing may be taken up before it can.
    """
    path = out / TOMBSTONES
    if not os.path.lexists(path):
        return Forgotten()
    found = read_json(path)
    salt, hashes = found.get("salt"), found.get("hashes")
    if not (isinstance(salt, str) and isinstance(hashes, list) and all(isinstance(one, str) for one in hashes)):
        raise DamagedError(path, "is damaged (it holds no tombstones)")
    return Forgotten(salt, frozenset(hashes))


def first_damaged(paths: Iterable[Path]) -> DamagedError | None:
    """The error of the first Parquet file that cannot be read to its end; each is read whole."""
    for path in paths:
        try:
            for _ in read_batches(path, 1 << 16):
                pass
        except DamagedError as error:
            return error
    return None


@contextmanager
def _opened(path: Path, columns: Collection[str] | None) -> Iterator[pq.ParquetFile]:
    check_file(path)
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow, columns)
            yield file
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(path, f"is damaged ({_why(error)})") from None


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
    if pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type):
        return "list"
    for kind, fits in (
        ("text", (pa.types.is_string, pa.types.is_large_string)),
        ("bytes", (pa.types.is_binary, pa.types.is_large_binary)),
        ("number", (pa.types.is_integer, pa.types.is_floating)),
    ):
        if any(one(type) for one in fits):
            return kind
    return str(type).partition("[")[0]


def _why(error: BaseException) -> str:
    """What a library says, cut to what fits into a line."""
    said = (getattr(error, "strerror", None) or str(error) or type(error).__name__).strip().splitlines()[0]
    said = said.rpartition("': ")[2].partition(". ")[0].rstrip(".")
    return said if len(said) <= LONGEST_WHY else f"{said[:LONGEST_WHY]}..."


def _remedy(path: Path) -> str:
    """What helps against a damaged file."""
    table = TABLES.get(path.parent.name)
    if path.name in _REMEDIES:
        return _REMEDIES[path.name]
    if table is not None and PASSES in path.parts:
        return "remove it: the next run then hears its recordings again"
    if table is None or table.name in INVENTORY:
        return _BACKUP
    if table.command is not None:
        return f"make the table anew with `earwitness {table.command}`, or {_BACKUP}"
    return f"make the table anew with `earwitness run ... --force {table.name}`, or {_BACKUP}"
