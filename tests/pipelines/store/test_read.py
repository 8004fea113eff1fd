"""A snapshot read table by table, as several versions may have written it; and that nobody else reads one."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import CommandError
from pipelines.files.damage import DamagedError
from pipelines.store.read import Snapshot, unit_rows
from schemas.catalog import TABLES
from tests.pipelines.tables import CALL, STREET, embedding, example, write_corpus

ROOT = Path(__file__).resolve().parents[3]
PARQUET_OF_PYARROW = {
    "pipelines/files/parquet.py": "the reader of one file",
    "pipelines/audit/audit.py": "tells of all files at once how their schemas differ from the declared one",
    "pipelines/corpus/output.py": "writes an answer as Parquet",
    "pipelines/corpus/own_tables.py": "reads what is the user's own, and no table of a corpus",
    "pipelines/export/tables/plain.py": "writes the rows of a table as Parquet",
    "pipelines/store/compaction.py": "names the writer's type",
}
FILES_OF_TABLES = {
    "pipelines/files/parquet.py": "which names are those of Parquet files",
    "pipelines/store/staging.py": "shards that are still growing",
    "pipelines/store/recovery.py": "the same, of a run that was killed",
    "pipelines/run/estimate.py": "weighs what a sample wrote",
}


def run(run_id: str, started: str = "2026-01-01", **config: Any) -> dict[str, Any]:
    declared = {field.name: None for field in TABLES["runs"].schema}
    lists = {name: [] for name in ("models", "versions", "counts", "model_seconds")}
    times = dict.fromkeys(("started", "finished"), datetime.fromisoformat(started).replace(tzinfo=UTC))
    numbers = dict.fromkeys(("audio_seconds_in", "audio_seconds_out", "wall_seconds"), 0.0)
    return {**declared, **lists, **times, **numbers, "run_id": run_id, "config": json.dumps(config)}


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return Snapshot(write_corpus(tmp_path, example()))


def test_what_is_there_and_what_is_not(snapshot: Snapshot) -> None:
    assert snapshot.tables == [name for name in TABLES if name in example()]
    assert snapshot.count("transcripts") == snapshot.rows("transcripts").num_rows == 3
    assert snapshot.rows("recordings", ["recording_id"]).to_pydict() == {"recording_id": [CALL, STREET]}
    assert not snapshot.has("tags")
    assert snapshot.files("tags") == []
    assert snapshot.schema("tags") is None
    assert snapshot.count("tags") == 0
    assert snapshot.rows("tags").schema.equals(TABLES["tags"].schema)
    assert snapshot.rows("tags", ["tag"]).schema.names == ["tag"]
    assert snapshot.runs() == []
    assert snapshot.last_config() == {}


def test_what_macos_lays_beside_a_file_is_no_file_of_a_table(snapshot: Snapshot) -> None:
    (snapshot.folder / "transcripts" / "._0.parquet").write_bytes(b"\x00\x05\x16\x07 Mac OS X")
    assert [path.name for path in snapshot.files("transcripts")] == ["0.parquet"]
    assert snapshot.count("transcripts") == 3


def test_files_of_several_versions_are_one_table(snapshot: Snapshot) -> None:
    older = snapshot.rows("transcripts").drop_columns(["confidence"])
    at = older.schema.get_field_index("recording_id")
    older = older.set_column(at, "recording_id", older["recording_id"].cast(pa.string()))
    at = older.schema.get_field_index("start_ms")
    older = older.set_column(at, "start_ms", older["start_ms"].cast(pa.int64()))
    pq.write_table(older, snapshot.folder / "transcripts" / "1.parquet")
    found = snapshot.rows("transcripts")
    assert found["recording_id"].to_pylist() == older["recording_id"].to_pylist() * 2
    assert found["start_ms"].to_pylist() == older["start_ms"].to_pylist() * 2
    assert found["confidence"].null_count == 3


def test_batches_are_of_rows_and_bounded(snapshot: Snapshot) -> None:
    pq.write_table(TABLES["transcripts"].schema.empty_table(), snapshot.folder / "transcripts" / "1.parquet")
    assert [batch.num_rows for batch in snapshot.batches("transcripts", 2, ["text"])] == [2, 1]


def test_runs_stand_in_the_order_of_their_ids_whatever_the_clock_said(tmp_path: Path) -> None:
    """An id sorts behind every one before it, also where the clock was put back."""
    rows = [run("20260102T000000000000Z-0000", "2026-01-02", keep=2), run("20260102T000000000001Z-0000", keep=7)]
    snapshot = Snapshot(write_corpus(tmp_path, {**example(), "runs": rows[::-1]}))
    assert [one["run_id"] for one in snapshot.runs()] == [one["run_id"] for one in rows]
    assert snapshot.configs() == [{"keep": 2}, {"keep": 7}]
    assert snapshot.last_config() == {"keep": 7}


def test_runs_of_one_second_stand_in_the_order_of_their_clocks(tmp_path: Path) -> None:
    """Earlier versions gave them ids without microseconds, which sort at random."""
    rows = [
        run("20260102T000000Z-ffff", "2026-01-02T00:00:00.1"),
        run("20260102T000000Z-0000", "2026-01-02T00:00:00.2"),
    ]
    snapshot = Snapshot(write_corpus(tmp_path, {**example(), "runs": rows[::-1]}))
    assert [one["run_id"] for one in snapshot.runs()] == [one["run_id"] for one in rows]


@pytest.mark.parametrize("config", ["{", "[]", "null"])
def test_a_configuration_that_is_none_is_told_of(tmp_path: Path, config: str) -> None:
    rows = [{**run("20260102T000000000000Z-0000"), "config": config}]
    snapshot = Snapshot(write_corpus(tmp_path, {**example(), "runs": rows}))
    with pytest.raises(DamagedError, match=r"runs is damaged \(a run's configuration is none\): put it back"):
        snapshot.last_config()


def test_whose_vectors_they_are(tmp_path: Path) -> None:
    rows = example()
    snapshot = Snapshot(write_corpus(tmp_path, rows))
    assert snapshot.models("embeddings") == Counter({"m@1/fp32": 2})
    assert snapshot.checkpoint_of("embeddings") == "m@1"
    with pytest.raises(CommandError, match=r"holds no speakers: .* --model speakers=CHECKPOINT"):
        snapshot.checkpoint_of("speakers")
    rows["embeddings"].append({**embedding(CALL, 1, 10_000, 20_000, (0.6, 0.8)), "model": "n@2/fp32"})
    with pytest.raises(CommandError, match=r"several checkpoints made the embeddings .*--force embeddings"):
        Snapshot(write_corpus(tmp_path, rows, "2")).checkpoint_of("embeddings")
    with pytest.raises(CommandError, match="embeddings of the corpus has no rows"):
        Snapshot(write_corpus(tmp_path, {**rows, "embeddings": []}, "3")).checkpoint_of("embeddings")


def test_vectors_have_unit_length_again() -> None:
    column = pa.FixedSizeListArray.from_arrays(pa.array(np.array([0.6, 0.8, 1.0, 0.0], np.float16)), 2)
    found = unit_rows(column)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-7)


def imports_parquet(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        named = {alias.name for alias in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
        if isinstance(node, ast.ImportFrom):
            named = {str(node.module), *(f"{node.module}.{name}" for name in named)}
        if named & {"pyarrow.parquet", "pyarrow.dataset"}:
            yield node.lineno


def globs_tables(tree: ast.AST) -> Iterator[int]:
    """Whether it looks for files by how their names end: ``glob(f"*{PARQUET}")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("glob", "rglob"):
            within = [one for argument in node.args for one in ast.walk(argument)]
            if any(isinstance(one, ast.Name) and one.id == "PARQUET" for one in within) or any(
                isinstance(one, ast.Constant) and str(one.value).endswith(".parquet") for one in within
            ):
                yield node.lineno


MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pipelines").rglob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_nobody_else_reads_a_table(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    for found, besides in ((imports_parquet(tree), PARQUET_OF_PYARROW), (globs_tables(tree), FILES_OF_TABLES)):
        lines = [f"{name}:{line}" for line in found]
        assert bool(lines) == (name in besides), f"{lines}: read it with pipelines.store.read, or say why not"


def test_the_rule_sees_who_reads() -> None:
    for line in (
        "import pyarrow.parquet as pq",
        "from pyarrow import parquet",
        "from pyarrow.parquet import read_table",
    ):
        assert list(imports_parquet(ast.parse(line)))
    for line in ('folder.glob("*.parquet")', 'folder.rglob(f"*{PARQUET}")'):
        assert list(globs_tables(ast.parse(line)))
    assert not list(globs_tables(ast.parse('folder.glob("*.json")')))
