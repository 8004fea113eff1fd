"""How a table is written into Parquet, and what its files say of themselves.

Values are plain, or texts in dictionaries: all that every reader knows.  Each encoding that was left out has readers
that fail, at little gain.  With split bytes (BYTE_STREAM_SPLIT) a corpus is 1.5 % smaller, and Spark before 4.3 reads
none of it; with whole numbers as differences (DELTA_BINARY_PACKED) it is 0.05 % smaller, a table of words 10 %, and
fastparquet crashes.

Files of earlier formats are read, and written anew by the next run.  Format 1 had dictionaries of Arrow's, float16
vectors and split bytes; format 2 had differences.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pyarrow as pa

from schemas.table import Table, is_list, rules_of

FORMAT = "3"
"""Raised when the same rows are written otherwise."""
OF_FORMAT, OF_VERSION, OF_TABLE = b"earwitness.format", b"earwitness.version", b"earwitness.table"
"""Keys of a file's metadata (DuckDB: ``parquet_kv_metadata``): its format, the version that wrote it, its table."""


def file_schema(table: Table) -> pa.Schema:
    """The schema of a table's files: its columns, with what every reader of metadata is told of them."""
    said = {OF_FORMAT: FORMAT, OF_VERSION: _version(), OF_TABLE: json.dumps(described(table), ensure_ascii=False)}
    return table.schema.with_metadata(said)


def is_current(schema: pa.Schema, table: Table) -> bool:
    """Whether a file with this schema holds the table's columns in the format of now."""
    return (schema.metadata or {}).get(OF_FORMAT) == FORMAT.encode() and schema.equals(table.schema)


def described(table: Table) -> dict[str, Any]:
    """A table in words: what a row is, its key, where it points, and each column with its unit, values and meaning."""
    return {
        "name": table.name,
        "one_row_is": table.row,
        "key": list(table.key),
        "points_into": [{"columns": list(one.columns), "table": one.to} for one in table.references],
        "columns": [_column(field) for field in table.schema],
    }


def _column(field: pa.Field) -> dict[str, Any]:
    rules = rules_of(field)
    said = {"name": field.name, "type": str(_plain(field.type)), "nullable": field.nullable}
    said |= {ours: rules[name] for name, ours in _SAID.items() if name in rules}
    if is_list(field.type):
        if pa.types.is_fixed_size_list(field.type):
            said["length"] = field.type.list_size
        if pa.types.is_struct(field.type.value_type):
            said["elements"] = [_column(part) for part in field.type.value_type.fields]
    return said


_SAID: Mapping[str, str] = {
    "doc": "meaning",
    "unit": "unit",
    "low": "minimum",
    "high": "maximum",
    "oneof": "values",
    "regex": "pattern",
    "norm": "norm",
}


def _plain(type: pa.DataType) -> str:
    """The type without the parts of structs, which have entries of their own."""
    if is_list(type):
        return f"list of {'struct' if pa.types.is_struct(type.value_type) else type.value_type}"
    return str(type)


def repeating(schema: pa.Schema) -> list[str]:
    """The paths of the columns that are dictionary encoded: those that repeat, and texts within lists."""
    return [path for field in schema for path in _repeating(field.name, field)]


def _repeating(path: str, field: pa.Field, *, listed: bool = False) -> Iterator[str]:
    if pa.types.is_string(field.type) and (listed or rules_of(field).get("repeats")):
        yield path
    elif is_list(field.type):
        yield from _repeating(f"{path}.list.element", field.type.value_field, listed=True)
    elif pa.types.is_struct(field.type):
        for part in field.type:
            yield from _repeating(f"{path}.{part.name}", part, listed=listed)


@cache
def _version() -> str:
    try:
        return version("earwitness")
    except PackageNotFoundError:  # of a tree that is not installed
        return "unknown"
