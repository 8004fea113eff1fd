"""What readers see of a corpus: all of a run or nothing of it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.errors import CommandError
from pipelines.run.run import prepare, run
from pipelines.store.folder import Folder
from schemas.catalog import TABLES
from schemas.config import from_mapping
from schemas.errors import UsageError
from schemas.layout import NEXT, STAGING
from tests.pipelines.corpora import DEMO, publish
from tests.pipelines.store.staged import NAMES, killed_within_the_switch, run_id, stage, stage_as
from transforms.shards import ShardFile


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_nothing_is_seen_before_it_is_published(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    staging = stage(folder, 1, 3)
    assert not folder.current.exists()
    snapshot = folder.publish(staging)
    assert folder.current.resolve() == snapshot.resolve()
    assert os.readlink(folder.current) == f"snapshots/{run_id(1)}"  # the folder can be moved as a whole
    assert sorted(os.listdir(folder.out)) == ["current", "earwitness.json", "snapshots"]


def test_every_table_has_a_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 0))
    for name in NAMES:
        assert pq.read_table(folder.current / name).schema.names == TABLES[name].schema.names
    assert pq.read_table(folder.current / "errors").schema.equals(TABLES["errors"].schema)


def test_earlier_runs_stay_in_the_table_of_runs(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for i in range(3):
        folder.publish(stage(folder, i, i))
    runs = pq.read_table(folder.current / "runs")["run_id"].to_pylist()
    assert sorted(runs) == [run_id(0), run_id(1), run_id(2)]
    assert pq.read_table(folder.current / "windows").num_rows == 2


def test_a_reader_goes_on_with_the_snapshot_that_it_resolved(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 3))
    resolved = folder.current.resolve()
    folder.publish(stage(folder, 2, 5))
    assert pq.read_table(resolved / "windows").num_rows == 3
    assert pq.read_table(folder.current / "windows").num_rows == 5


def test_there_is_no_moment_without_a_corpus(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 0, 1))
    seen: set[int | str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            try:
                seen.add(len(os.listdir(folder.current / "windows")))
            except OSError as error:
                seen.add(str(error))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for i in range(1, 40):
            folder.publish(stage(folder, i, 1))
    finally:
        over.set()
        watcher.join()
    assert seen == {1}


def test_a_run_given_up_leaves_what_was_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 3))
    before = everything(tmp_path)
    folder.abandon(stage(folder, 2, 5))
    assert everything(tmp_path) == before


@pytest.mark.parametrize("at", [STAGING, run_id(1), NEXT])
def test_a_run_that_is_stopped_while_it_begins_leaves_no_folder(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, real = Folder(tmp_path / "out"), Path.mkdir

    def stopped(path: Path, *given: object, **named: object) -> None:
        real(path, *given, **named)  # type: ignore[arg-type]
        if path.name == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", stopped)
    with pytest.raises(KeyboardInterrupt), folder.held():
        folder.begin(run_id(1))
    assert everything(tmp_path) == []


def test_a_run_given_up_leaves_no_folder_that_was_made_for_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "out")
    folder.abandon(stage(folder, 1, 1))
    assert everything(tmp_path) == []
    (tmp_path / "mine").mkdir()
    mine = Folder(tmp_path / "mine")
    mine.abandon(stage(mine, 1, 1))
    assert everything(tmp_path) == ["mine"]


def test_a_late_worker_does_not_bring_back_a_run_given_up(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    staging = folder.begin(run_id(1))
    late = ShardFile(staging / "windows" / "000000.parquet", TABLES["windows"])
    folder.abandon(staging)
    with pytest.raises(FileNotFoundError):
        late.close()
    with pytest.raises(FileNotFoundError):
        ShardFile(staging / "frames" / "000000.parquet", TABLES["frames"])
    assert everything(tmp_path) == []


def test_the_last_snapshots_are_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for i in range(5):
        folder.publish(stage(folder, i, i), keep=2)
    assert sorted(os.listdir(folder.snapshots)) == [run_id(3), run_id(4)]
    folder.publish(stage(folder, 5, 5), keep=1)
    assert os.listdir(folder.snapshots) == [run_id(5)]
    assert len(pq.read_table(folder.current / "runs")) == 6


@pytest.mark.parametrize("at", ["os.rename", "os.symlink", "os.replace", "shutil.rmtree"])
def test_a_run_killed_within_the_switch_shows_the_one_or_the_other(tmp_path: Path, at: str) -> None:
    folder = Folder(tmp_path)
    killed_within_the_switch(folder, at)
    shown = run_id(2) if at == "shutil.rmtree" else run_id(1)
    rows = 5 if at == "shutil.rmtree" else 3
    assert pq.read_table(folder.current / "windows").num_rows == rows
    with Folder(tmp_path).held():
        assert os.readlink(folder.current) == f"snapshots/{shown}"
        assert pq.read_table(folder.current / "windows").num_rows == rows
        # What was not published is no snapshot, and what was is not staged any more.
        assert sorted(os.listdir(folder.snapshots)) == [run_id(n) for n in ((1, 2) if rows == 5 else (1,))]
        assert not folder.staging.exists()


def test_what_is_no_link_of_ours_is_left_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 3))
    (tmp_path / "current").unlink()
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "mine.txt").touch()
    before = everything(tmp_path)
    with pytest.raises(UsageError, match="current is no link of ours"):
        Folder(tmp_path).begin(run_id(2))
    assert everything(tmp_path) == before


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A corpus published with one recording, read in every way, and published again with two."""
    out = tmp_path_factory.mktemp("twice") / "a corpus"
    publish(out, {}, [DEMO / "signals" / "yes.wav"], tables=["windows"])
    before = read_in_every_way(out)
    publish(out, {}, [DEMO / "signals"], tables=["windows"])
    return out, before


def read_in_every_way(out: Path) -> list[int]:
    """The recordings that DuckDB, Polars and pandas count."""
    glob = f"{out}/current/recordings/*.parquet"
    with duckdb.connect() as duck:
        counted = duck.execute("SELECT count(DISTINCT recording_id) FROM read_parquet($1)", [glob]).fetchall()
    return [
        counted[0][0],
        pl.read_parquet(glob)["recording_id"].n_unique(),
        pl.scan_parquet(glob).select(pl.len()).collect().item(),
        pd.read_parquet(out / "current" / "recordings")["recording_id"].nunique(),
    ]


def test_readers_see_the_run_that_was_published_last(twice: tuple[Path, list[int]]) -> None:
    out, before = twice
    assert before == [1, 1, 1, 1]
    assert read_in_every_way(out) == [4, 4, 4, 4]


def test_every_table_can_be_read_in_every_way(twice: tuple[Path, list[int]]) -> None:
    out, _ = twice
    names = sorted(folder.name for folder in (out / "current").iterdir() if folder.is_dir())
    assert names == ["errors", "files", "recordings", "runs", "windows"]
    for name in names:
        glob = f"{out}/current/{name}/*.parquet"
        with duckdb.connect() as duck:
            rows = duck.execute("SELECT count(*) FROM read_parquet($1)", [glob]).fetchall()[0][0]
        assert rows == len(pl.read_parquet(glob)) == len(pd.read_parquet(out / "current" / name))


def test_both_runs_are_told_of(twice: tuple[Path, list[int]]) -> None:
    out, _ = twice
    runs = pq.read_table(out / "current" / "runs").to_pylist()
    files = {run["run_id"]: {c["name"]: c["value"] for c in run["counts"]}["files"] for run in runs}
    assert [files[run_id] for run_id in sorted(files)] == [1, 4]
    assert sorted(os.listdir(out / "snapshots")) == sorted(files)
    current = set(pq.read_table(out / "current" / "files")["run_id"].to_pylist())
    assert current == set(files)  # the file of the first run was not taken up again


def test_a_run_that_fails_leaves_the_corpus_as_it_was_and_its_work_to_the_next(twice: tuple[Path, list[int]]) -> None:
    """Its last table cannot be written: the name of a folder is taken."""
    out, _ = twice
    before = everything(out)
    values = {"recordings": [str(DEMO / "signals")], "out": str(out), "tables": ["windows"], "force": ["windows"]}
    prepared = prepare(from_mapping(values))

    def spoil(doing: str) -> None:
        if doing == "the runner is at work":
            (staging,) = (out / "staging").iterdir()
            (staging / "tables" / "windows").touch()

    with pytest.raises(CommandError, match=r"File exists|Not a directory"):
        run(prepared, say=spoil)
    assert [name for name in everything(out) if not name.startswith("staging")] == before
    published = run(prepared)
    assert published is not None
    assert published.measured.inputs["resumed"] == 4
    assert published.measured.audio_seconds == 0
    assert not (out / "staging").exists()


def test_ids_sort_in_the_order_of_the_runs_whatever_the_clock_says(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for _ in range(20):  # within one second
        named = folder.new_run_id()
        folder.publish(stage_as(folder, named, 1), keep=100)
    assert [path.name for path in sorted(folder.snapshots.iterdir(), key=os.path.getctime)] == sorted(
        os.listdir(folder.snapshots)
    )
    for ahead in ("20990101T000000999999Z-ffff", "20990101T000001Z-ffff", "20990101T000002Z-ffff-3"):
        folder.publish(stage_as(folder, ahead, 1), keep=100)
        assert folder.new_run_id() > ahead


def test_of_what_was_killed_only_whole_shards_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 1))
    stage(folder, 2, 1)  # a command that was killed while it made its tables
    shards = stage(folder, 3, 1).parent / "passes" / "000" / "files"
    shards.mkdir(parents=True)
    (shards / "000000.parquet").touch()
    (shards / ".000001.parquet.growing").touch()
    (shards.parent / ".earwitness-0123456789abcdef.growing").touch()
    rejected = stage(folder, 4, 1)
    (rejected.parent / "rejected").touch()
    with folder.held():
        assert sorted(os.listdir(folder.staging)) == [run_id(3), run_id(4)]
        assert os.listdir(folder.staging / run_id(3)) == ["passes"]
        assert not list(folder.staging.rglob("*.growing"))
        assert rejected.is_dir()
