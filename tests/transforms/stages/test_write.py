"""A branch: groups to rows to files; an item that fails costs itself, a broken chain is an error."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import apache_beam as beam
import numpy as np
import pyarrow.parquet as pq
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from schemas.catalog import TABLES
from schemas.records import Place, Segment, Window
from transforms.gather import Group, Item
from transforms.rows.registry import rows_of
from transforms.stages.write import GatherItems, Tabulate, WriteRows, tabulate

ID = "ef" * 16
GRID = ("windows", "frames", "spectrograms")


def window(i: int, n: int = 16_000) -> Window:
    """A window of noise; without samples it has no frames."""
    context = np.random.default_rng(i).uniform(-0.1, 0.1, n + 1024).astype(np.float32)
    return Window(Place("file:///a.wav", ID, 0, 10_000 * i, 10_000 * i + 1000), {}, context)


def segment(i: int, n: int = 16_000) -> Segment:
    samples = np.random.default_rng(i).uniform(-0.1, 0.1, n).astype(np.float32)
    return Segment(Place("file:///a.wav", ID, 0, 2000 * i, 2000 * i + 1000), samples, np.full(32, 0.9, np.float32))


def rows_by_table(rows: list) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for r in rows:
        if r.batch is not None:
            found.setdefault(r.table, []).extend(r.batch.to_pylist())
    return found


def test_the_rows_of_a_group() -> None:
    values = tuple(window(i) for i in range(3))
    rows = list(tabulate(Group("s", values, True), GRID, rows_of, "run"))
    expected = {name: batch.to_pylist() for name, batch in rows_of(values, GRID).items()}
    assert rows_by_table(rows) == expected
    assert [r.closes for r in rows] == [False] * (len(rows) - 1) + [True]
    assert {r.shard for r in rows} == {"s"}


@pytest.mark.parametrize("closes", [True, False])
def test_an_empty_group_only_closes(closes: bool) -> None:
    rows = list(tabulate(Group("s", (), closes), GRID, rows_of, "run"))
    assert [(r.table, r.batch, r.closes) for r in rows] == [("windows", None, closes)]


def test_an_item_that_raises_costs_its_rows_alone() -> None:
    values = (window(0), window(1, n=0), window(2))
    found = rows_by_table(list(tabulate(Group("s", values, True), GRID, rows_of, "run")))
    good = rows_of([values[0], values[2]], GRID)
    assert found["frames"] == good["frames"].to_pylist()
    assert found["spectrograms"] == good["spectrograms"].to_pylist()
    # What could be said of it is said: rows of other branches point to the window.
    assert [r["start_ms"] for r in found["windows"]] == [0, 10_000, 20_000]
    assert [(e["stage"], e["reason"], e["start_ms"], e["end_ms"]) for e in found["errors"]] == [
        ("frames", "internal", 10_000, 11_000),
        ("spectrograms", "internal", 10_000, 11_000),
    ]
    for error in found["errors"]:
        assert (error["uri"], error["recording_id"], error["run_id"]) == ("file:///a.wav", ID, "run")
        assert error["message"].startswith("ValueError: a window of 0 samples")
        assert "framing.py:" in error["message"], "where it happened"


def test_a_segment_that_raises_keeps_its_row_of_segments() -> None:
    values = (segment(0), segment(1, n=0), segment(2))
    tables = ("segments", "prosody")
    found = rows_by_table(list(tabulate(Group("s", values, False), tables, rows_of, "run")))
    assert [r["start_ms"] for r in found["segments"]] == [0, 2000, 4000]
    assert [r["start_ms"] for r in found["prosody"]] == [0, 4000]
    assert [(e["stage"], e["start_ms"]) for e in found["errors"]] == [("prosody", 2000)]


@pytest.mark.parametrize(
    ("table", "stage"), [("windows", "windows"), ("segments", "speech"), ("waveforms", "waveforms")]
)
def test_every_table_has_a_stage(table: str, stage: str) -> None:
    def broken(values: object, tables: object) -> dict:
        return {"rows": 1 / 0}

    found = rows_by_table(list(tabulate(Group("s", (window(0),), True), [table], broken, "run")))
    assert [(e["stage"], e["reason"]) for e in found["errors"]] == [(stage, "internal")]


# In a pipeline


def run(items: list[Item], folder: Path, enough: float = 2.5, threads: int = 1) -> None:
    tables = {name: TABLES[name] for name in (*GRID, "errors")}
    options = PipelineOptions(["--runner=FnApiRunner"])
    with beam.Pipeline(options=options) as pipeline:
        _ = (
            pipeline
            | beam.Create(items, reshuffle=False)
            | beam.ParDo(GatherItems(enough, lambda w: 1.0, partial(moved, ms=1)))
            | beam.ParDo(Tabulate(GRID, rows_of, "run", threads))
            | WriteRows(str(folder), "windows", tables, None)
        )


def moved(window: Window, ms: int) -> Window:
    at = window.place
    return Window(Place(at.uri, at.recording_id, at.channel, at.start_ms + ms, at.end_ms + ms), {}, window.context)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_items_become_files(threads: int, tmp_path: Path) -> None:
    items = [Item("a", window(i)) for i in range(7)] + [Item("a", None), Item("b", window(7, n=0)), Item("b", None)]
    run(items, tmp_path, threads=threads)
    written = {str(p.relative_to(tmp_path)): pq.read_table(p).to_pylist() for p in tmp_path.rglob("*.parquet")}
    assert {k: [r["start_ms"] for r in rows] for k, rows in written.items()} == {
        "windows/a.parquet": [10_000 * i + 1 for i in range(7)],
        "frames/a.parquet": [10_000 * i + 1 for i in range(7)],
        "spectrograms/a.parquet": [10_000 * i + 1 for i in range(7)],
        "windows/b.parquet": [70_001],
        "errors/b-windows.parquet": [70_001, 70_001],
    }
    assert [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".parquet"] == []


@pytest.mark.parametrize("count", [1, 3], ids=["while it gathers", "while it writes"])
def test_a_bundle_that_ends_within_a_shard_is_an_error(count: int, tmp_path: Path) -> None:
    """An engine that cuts the chain into bundles of its own would lose rows in silence."""
    items = [Item("a", window(0)), Item("a", None), *(Item("b", window(i)) for i in range(1, count + 1))]
    with pytest.raises(RuntimeError, match="a bundle ended within"):
        run(items, tmp_path)
    assert not (tmp_path / "windows" / "b.parquet").exists()
