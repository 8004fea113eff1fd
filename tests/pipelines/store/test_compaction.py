"""Files of a table on their way into the next snapshot."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import CommandError
from pipelines.store import compaction as merge
from pipelines.store.compaction import Given, fit, place
from schemas.catalog import TABLES
from schemas.table import Table
from transforms.rows.batch import to_batch
from transforms.shards import open_table

WINDOWS = TABLES["windows"]


def write(path: Path, keys: list[str], table: Table = WINDOWS) -> Given:
    """A file with three windows of each recording."""
    columns: dict[str, Any] = {field.name: [] for field in table.schema}
    for key in keys:
        for i in range(3):
            row = {"window_id": f"{key}/0/{i * 10_000}", "recording_id": key, "channel": 0, "start_ms": i * 10_000}
            row |= {"end_ms": (i + 1) * 10_000, "rms_dbfs": -20.0, "silence": False}
            for name, values in columns.items():
                values.append(row.get(name))
    with open_table(path, table) as writer:
        writer.write_table(pa.Table.from_batches([to_batch(table, columns)]))
    return Given(path, path.stem)


def key(i: int) -> str:
    return f"{i * 7919 % 1000:032x}"


def placed(folder: Path) -> list[tuple[str, int]]:
    found = pq.read_table(folder, partitioning=None)
    assert found.schema.equals(WINDOWS.schema)
    return list(zip(found["recording_id"].to_pylist(), found["start_ms"].to_pylist(), strict=True))


def test_few_files_are_linked(tmp_path: Path) -> None:
    given = [write(tmp_path / f"{i}.parquet", [key(i)]) for i in range(3)]
    place(given, tmp_path / "windows", WINDOWS, "run")
    assert sorted(p.name for p in (tmp_path / "windows").iterdir()) == ["0.parquet", "1.parquet", "2.parquet"]
    assert all((tmp_path / "windows" / p.path.name).samefile(p.path) for p in given)


def test_the_small_files_of_many_nights_become_one_sorted_by_recording(tmp_path: Path) -> None:
    given = [write(tmp_path / f"{i}.parquet", sorted(key(j) for j in range(i, 300, 30))) for i in range(30)]
    place(given, tmp_path / "windows", WINDOWS, "run")
    (merged,) = (tmp_path / "windows").iterdir()
    assert placed(tmp_path / "windows") == [
        (k, start) for k in sorted(key(i) for i in range(300)) for start in (0, 10_000, 20_000)
    ]
    assert pq.read_schema(merged).equals(WINDOWS.schema, check_metadata=False)


def test_merged_files_do_not_grow_beyond_their_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "MERGED_BYTES", 6_000)
    monkeypatch.setattr(merge, "GROUP_ROWS", 30)
    given = [write(tmp_path / f"{i}.parquet", [key(i)]) for i in range(200)]
    place(given, tmp_path / "windows", WINDOWS, "run")
    files = sorted((tmp_path / "windows").iterdir())
    assert len(files) > 3
    spans = [pq.read_table(path)["recording_id"].to_pylist() for path in files]
    assert [k for span in spans for k in span] == sorted(k for i in range(200) for k in [key(i)] * 3)
    assert all(one[-1] < other[0] for one, other in pairwise(spans))  # no recording in two files


def test_rows_that_no_longer_count_are_left_out(tmp_path: Path) -> None:
    one, other = write(tmp_path / "one.parquet", [key(1), key(2)]), write(tmp_path / "other.parquet", [key(3)])
    place([Given(one.path, "one", {key(1), key(9)}), other], tmp_path / "windows", WINDOWS, "run")
    assert {k for k, _ in placed(tmp_path / "windows")} == {key(2), key(3)}
    assert (tmp_path / "windows" / "other.parquet").samefile(other.path)
    place([Given(one.path, "one", {key(1), key(2)})], tmp_path / "none", WINDOWS, "run")
    assert list((tmp_path / "none").iterdir()) == []


def test_files_of_an_earlier_version_are_migrated(tmp_path: Path) -> None:
    """They lack a column that may be null, have one that is gone, and another type."""
    lacking = WINDOWS.schema.get_field_index("rms_dbfs")
    assert WINDOWS.schema.field(lacking).nullable
    old = WINDOWS.schema.remove(lacking).append(pa.field("gone", pa.string()))
    old = old.set(old.get_field_index("channel"), pa.field("channel", pa.int64(), nullable=False))
    given = write(tmp_path / "old.parquet", [key(1), key(2)])
    rows = pq.read_table(given.path).drop_columns(["rms_dbfs"]).append_column("gone", pa.array(["x"] * 6))
    pq.write_table(rows.cast(old), tmp_path / "old.parquet")
    new = write(tmp_path / "new.parquet", [key(3)])
    place([given, new], tmp_path / "windows", WINDOWS, "run")
    assert len(placed(tmp_path / "windows")) == 9
    levels = pq.read_table(tmp_path / "windows", partitioning=None)["rms_dbfs"].to_pylist()
    assert sorted(levels, key=str) == [-20.0] * 3 + [None] * 6


def test_what_cannot_be_migrated_is_told(tmp_path: Path) -> None:
    rows = pq.read_table(write(tmp_path / "a.parquet", [key(1)]).path)
    with pytest.raises(CommandError, match="lack the column silence: make their table with --force"):
        fit(rows.drop_columns(["silence"]), WINDOWS.schema)
    wrong = rows.set_column(rows.schema.get_field_index("start_ms"), "start_ms", pa.array(["a", "b", "c"]))
    with pytest.raises(CommandError, match="do not fit the column start_ms"):
        fit(wrong, WINDOWS.schema)
