"""Parquet files as every reader sees them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.catalog import TABLES
from schemas.file_format import FORMAT, is_current
from schemas.records import Rows
from schemas.table import Table, column, rules_of
from transforms.rows.batch import to_batch
from transforms.shards import GROUP_BYTES, GROUP_ROWS, ShardWriter

N = 50
SIZED = {
    **TABLES,
    "embeddings": TABLES["embeddings"].with_vector("embedding", 8),
    "speakers": TABLES["speakers"].with_vector("embedding", 16),
    "recordings": TABLES["recordings"].with_columns([column("place", pa.string(), "the user's own", nullable=True)]),
}


def values(type: pa.DataType, rng: np.random.Generator, i: int) -> Any:
    """A value of a type that every reader can give back: small numbers, odd characters, empty lists."""
    if pa.types.is_string(type):
        return f"text {i}, \"quoted\" 'äß漢'"
    if pa.types.is_binary(type):
        return rng.bytes(i)
    if pa.types.is_boolean(type):
        return bool(i % 2)
    if pa.types.is_timestamp(type):
        return datetime(2026, 1, 1, 12, 0, i, 123_456 + i, tzinfo=UTC)
    if pa.types.is_floating(type):
        return float(np.float16(rng.random()))
    if pa.types.is_integer(type):
        return int(rng.integers(0, 30_000))
    if pa.types.is_struct(type):
        return {f.name: values(f.type, rng, i) for f in type}
    length = type.list_size if pa.types.is_fixed_size_list(type) else i % 4
    return [values(type.value_type, rng, i) for _ in range(length)]


def batch_of(table: Table, n: int = N, seed: int = 0) -> pa.RecordBatch:
    """Rows of random values, with nulls where they are allowed."""
    rng = np.random.default_rng(seed)
    return to_batch(
        table,
        {
            f.name: [None if f.nullable and i % 7 == 3 else values(f.type, rng, i) for i in range(n)]
            for f in table.schema
        },
    )


def written(folder: Path, table: Table, *batches: pa.RecordBatch) -> Path:
    writer = ShardWriter(folder, "branch", {table.name: table})
    for batch in batches:
        writer.write(Rows(table.name, "shard-0", batch))
    writer.write(Rows(table.name, "shard-0", None, closes=True))
    name = "shard-0-branch" if table.name == "errors" else "shard-0"
    return folder / table.name / f"{name}.parquet"


def same(one: Any, other: Any) -> bool:
    """Whether two values are one, however a reader boxes them."""
    if isinstance(one, np.ndarray | pl.Series):
        one = one.tolist() if isinstance(one, np.ndarray) else one.to_list()
    if isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(other, dict):
        return set(one) == set(other) and all(same(one[k], other[k]) for k in other)
    if other is None:
        return one is None or one is pd.NaT or (isinstance(one, float) and math.isnan(one))
    if isinstance(other, bytes):
        return bytes(one) == other
    return bool(one == other)


def fetched(path: str) -> list[dict[str, Any]]:
    found = duckdb.sql(f"SELECT * FROM '{path}'")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


READERS: dict[str, Callable[[str], list[dict[str, Any]]]] = {
    "duckdb": fetched,
    "polars": lambda path: pl.read_parquet(path).to_dicts(),
    "pandas": lambda path: pd.read_parquet(Path(path).parent).to_dict("records"),
}
"""As the README says: DuckDB and Polars are given the files, pandas the folder."""


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SIZED)
def test_every_reader_gives_back_what_was_written(name: str, reader: str, tmp_path: Path) -> None:
    batches = [batch_of(SIZED[name], seed=seed) for seed in (0, 1)]
    path = written(tmp_path, SIZED[name], *batches)
    expected = [row for batch in batches for row in batch.to_pylist()]
    found = READERS[reader](str(path))
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert set(one) == set(other)
        for key in other:
            assert same(one[key], other[key]), key


@pytest.mark.parametrize("name", SIZED)
def test_the_file_has_the_declared_schema(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, SIZED[name], batch_of(SIZED[name]))
    found = pq.read_schema(path)
    for declared in SIZED[name].schema:
        field = found.field(declared.name)
        assert field.type == declared.type
        assert field.nullable == declared.nullable
        assert field.metadata[b"earwitness"] == declared.metadata[b"earwitness"]


# Encodings


def expected_encoding(path: str, table: Table) -> str:
    """What suits the type of a column in the file, such as ``words.list.element.start_ms``."""
    at, *inner = path.split(".")
    type = table.schema.field(at).type
    repeats = rules_of(table.schema.field(at)).get("repeats", False)
    for step in inner:
        if step not in ("list", "element"):
            type = type.field(step).type
        elif step == "element":
            type = type.value_type
    if pa.types.is_string(type) and (inner or repeats):
        return "RLE_DICTIONARY"
    return "PLAIN"


@pytest.mark.parametrize("name", SIZED)
def test_encodings_suit_the_types(name: str, tmp_path: Path) -> None:
    group = pq.ParquetFile(written(tmp_path, SIZED[name], batch_of(SIZED[name]))).metadata.row_group(0)
    for i in range(group.num_columns):
        chunk = group.column(i)
        encoding = expected_encoding(chunk.path_in_schema, SIZED[name])
        assert chunk.compression == "ZSTD"
        assert encoding in chunk.encodings, chunk.path_in_schema
        # RLE is that of levels; a dictionary is itself plain.
        assert set(chunk.encodings) <= {encoding, "PLAIN", "RLE"}, chunk.path_in_schema
        assert chunk.has_dictionary_page == (encoding == "RLE_DICTIONARY"), chunk.path_in_schema


READ_BY_ALL = {"BOOLEAN", "INT32", "INT64", "FLOAT", "DOUBLE", "BYTE_ARRAY"}


@pytest.mark.parametrize("name", SIZED)
def test_every_reader_knows_the_types(name: str, tmp_path: Path) -> None:
    """No float16 (FIXED_LEN_BYTE_ARRAY), no dictionaries of Arrow's, no null where none is."""
    path = written(tmp_path, SIZED[name], batch_of(SIZED[name]))
    physical = pq.ParquetFile(path).schema
    for i in range(len(physical)):
        column = physical.column(i)
        assert column.physical_type in READ_BY_ALL, column.path
    for field in pq.read_schema(path):
        assert not pa.types.is_dictionary(field.type), field.name
        if pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type):
            assert field.type.value_field.nullable == (field.name == "f0_hz"), field.name


@pytest.mark.parametrize("name", SIZED)
def test_a_file_says_what_it_holds(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, SIZED[name], batch_of(SIZED[name]))
    question = "SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(?)"
    said = dict(duckdb.execute(question, [str(path)]).fetchall())
    assert said["earwitness.format"] == FORMAT
    table = json.loads(pq.read_schema(path).metadata[b"earwitness.table"])
    assert table["one_row_is"] == SIZED[name].row
    assert [column["name"] for column in table["columns"]] == SIZED[name].schema.names
    assert is_current(pq.read_schema(path), SIZED[name])


# Files


def test_a_file_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, "inventory", {k: TABLES[k] for k in ("files", "errors")})
    writer.write(Rows("files", "shard-1", batch_of(TABLES["files"])))
    writer.write(Rows("errors", "shard-1", batch_of(TABLES["errors"])))
    assert not list(tmp_path.rglob("*.parquet"))
    assert list(writer.open_shards()) == ["shard-1"]
    writer.write(Rows("files", "shard-1", None, closes=True))
    found = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"files/shard-1.parquet", "errors/shard-1-inventory.parquet"}
    assert not list(writer.open_shards())


def test_the_files_of_a_shard_are_told_of_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever goes on after a kill takes a shard for whole by them, also where a copy's row came before all others."""
    there: list[list[str]] = []

    def replace(one: Any, other: Any) -> None:
        Path(one).rename(other)
        there.append(sorted(path.parent.name for path in tmp_path.glob("*/[!.]*.parquet")))

    monkeypatch.setattr("transforms.shards.os.replace", replace)
    names = ("files", "recordings", "errors")
    writer = ShardWriter(tmp_path, "inventory", {name: TABLES[name] for name in names})
    for name in names:
        writer.write(Rows(name, "shard-0", batch_of(TABLES[name])))
    writer.write(Rows("files", "shard-0", None, closes=True))
    assert there == [["recordings"], ["errors", "recordings"], ["errors", "files", "recordings"]]


def test_a_second_try_replaces_the_first(tmp_path: Path) -> None:
    first = written(tmp_path, TABLES["windows"], batch_of(TABLES["windows"]))
    again = written(tmp_path, TABLES["windows"], batch_of(TABLES["windows"]))
    assert first == again
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["shard-0.parquet"]
    assert pq.read_table(again).num_rows == N


def test_what_is_discarded_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = written(tmp_path, TABLES["windows"], batch_of(TABLES["windows"], n=3))
    writer = ShardWriter(tmp_path, "windows", {"windows": TABLES["windows"]})
    writer.write(Rows("windows", "shard-0", batch_of(TABLES["windows"])))
    writer.discard()
    assert not list(writer.open_shards())
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["shard-0.parquet"]
    assert pq.read_table(path).num_rows == 3


def test_shards_written_in_turn_stay_apart(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, "windows", {"windows": TABLES["windows"]})
    for n, shard in ((1, "a"), (2, "b"), (4, "a"), (8, "b")):
        writer.write(Rows("windows", shard, batch_of(TABLES["windows"], n=n)))
    for shard in "ab":
        writer.write(Rows("windows", shard, None, closes=True))
    assert [pq.read_table(tmp_path / "windows" / f"{s}.parquet").num_rows for s in "ab"] == [5, 10]


def test_a_shard_without_rows_has_no_file(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, "windows", {"windows": TABLES["windows"]})
    writer.write(Rows("windows", "a", batch_of(TABLES["windows"], n=0)))
    writer.write(Rows("windows", "a", None, closes=True))
    assert not list(tmp_path.rglob("*"))


# Row groups


def test_small_batches_share_a_row_group(tmp_path: Path) -> None:
    table = TABLES["windows"]
    path = written(tmp_path, table, *(batch_of(table, n=7, seed=i) for i in range(100)))
    assert pq.ParquetFile(path).metadata.num_row_groups == 1


def test_row_groups_are_bounded_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.shards.GROUP_BYTES", 1 << 30)  # of so few bytes a row no group has its 8 MB
    table = TABLES["windows"]
    batch = pa.Table.from_batches([batch_of(table, n=500)] * 40).combine_chunks().to_batches()[0]
    path = written(tmp_path, table, *[batch] * 14)
    metadata = pq.ParquetFile(path).metadata
    rows = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert rows == [140_000, 140_000]
    assert all(GROUP_ROWS <= n < GROUP_ROWS + batch.num_rows for n in rows)


def test_row_groups_are_bounded_by_bytes(tmp_path: Path) -> None:
    table = TABLES["waveforms"]
    one = batch_of(table, n=1)
    flac = pa.array([bytes(GROUP_BYTES // 4)], pa.binary())
    large = one.set_column(one.schema.get_field_index("flac"), table.schema.field("flac"), flac)
    path = written(tmp_path, table, *[large] * 10)
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [4, 4, 2]


def test_a_null_inside_a_list_is_not_written(tmp_path: Path) -> None:
    table = TABLES["transcripts"]
    batch = batch_of(table, n=1)
    words = pa.array(
        [[{"word": "a", "start_ms": 0, "end_ms": None, "confidence": 0.5}]], batch.schema.field("words").type
    )
    broken = batch.set_column(batch.schema.get_field_index("words"), batch.schema.field("words"), words)
    with pytest.raises(pa.ArrowInvalid, match="null"):
        written(tmp_path, table, broken)
