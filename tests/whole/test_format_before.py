"""A corpus of an earlier version is read as it is, and written anew by the next run, which hears nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.files.parquet import parquet_files, read_schema
from pipelines.store.next_snapshot import as_written
from schemas.catalog import TABLES
from schemas.file_format import is_current
from schemas.table import rules_of
from tests.pipelines.corpora import DEMO, publish, rows

JOBS = ("embeddings", "speakers", "emotions")


def type_before(field: pa.Field) -> pa.DataType:
    """What format 1 had for a column: Arrow's dictionaries, float16 vectors, elements that may be null."""
    if rules_of(field).get("repeats"):
        return pa.dictionary(pa.int32(), pa.string())
    if pa.types.is_fixed_size_list(field.type):
        return pa.list_(pa.field("item", pa.float16(), nullable=False), field.type.list_size)
    if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type):
        return pa.list_(field.type.value_type)
    return field.type


def encodings_before(path: str, type: pa.DataType) -> Iterator[tuple[str, str]]:
    """Floats with their bytes split, whole numbers as differences."""
    if pa.types.is_list(type):
        yield from encodings_before(f"{path}.list.element", type.value_type)
    elif pa.types.is_struct(type):
        for part in type:
            yield from encodings_before(f"{path}.{part.name}", part.type)
    elif pa.types.is_floating(type) and not pa.types.is_float16(type):
        yield path, "BYTE_STREAM_SPLIT"
    elif pa.types.is_int32(type) or pa.types.is_int64(type):
        yield path, "DELTA_BINARY_PACKED"


def put_back(snapshot: Path) -> None:
    """Every file of every table as format 1 had it."""
    for name in TABLES:
        for path in parquet_files(snapshot / name):
            held = pq.read_table(path, partitioning=None)
            schema = pa.schema([field.with_type(type_before(field)) for field in held.schema])
            encodings = dict(pair for field in schema for pair in encodings_before(field.name, field.type))
            named = [field.name for field in schema if pa.types.is_dictionary(field.type)]
            path.unlink()  # it may be a link to a file of another snapshot
            with pq.ParquetWriter(
                path, schema, compression="zstd", use_dictionary=named, column_encoding=encodings or None
            ) as writer:
                writer.write_table(held.cast(schema))


@pytest.fixture(scope="module")
def corpora(demo_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A corpus in the format before, and its rows as they were."""
    out = tmp_path_factory.mktemp("before") / "out"
    publish(out, {job: demo_models[job] for job in JOBS} | NONE, RECORDINGS)
    before = {name: rows(out, name) for name in TABLES if name != "runs" and (out / "current" / name).is_dir()}
    put_back((out / "current").resolve())
    return out, before


NONE: dict[str, Any] = {"transcripts": "none", "sounds": "none"}
RECORDINGS = [DEMO / "digits" / "code_007.wav", DEMO / "broken" / "breaks_off.flac"]


def test_it_is_another_format(corpora: tuple[Path, dict[str, Any]]) -> None:
    snapshot = (corpora[0] / "current").resolve()
    for name in corpora[1]:
        for path in parquet_files(snapshot / name):
            assert not is_current(read_schema(path), as_written(snapshot, name))


def test_it_is_read(corpora: tuple[Path, dict[str, Any]]) -> None:
    out, before = corpora
    with open_corpus(out) as corpus:
        for name in before:
            assert corpus.sql(f"SELECT count(*) FROM {name}").fetchall() == [(len(before[name]),)]


def test_the_next_run_writes_it_anew_and_hears_nothing(
    corpora: tuple[Path, dict[str, Any]], demo_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, before = corpora
    monkeypatch.setattr("pipelines.run.passes.load_models", lambda *_: pytest.fail("a model was asked for"))
    monkeypatch.setattr("pipelines.run.passes.execute", lambda *_: pytest.fail("a recording was opened"))
    published = publish(out, {job: demo_models[job] for job in JOBS} | NONE, RECORDINGS)
    assert published is not None
    snapshot = (out / "current").resolve()
    for name in [*before, "runs"]:
        for path in parquet_files(snapshot / name):
            assert is_current(read_schema(path), as_written(snapshot, name)), name
    for name in before:
        assert rows(out, name) == before[name], name
    assert pq.read_table(snapshot / "runs").num_rows == 2
    assert publish(out, {job: demo_models[job] for job in JOBS} | NONE, RECORDINGS) is None  # and never again
