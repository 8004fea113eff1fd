"""The line of each run: it is added, and nothing else is harmed by that."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.store.folder import Folder
from pipelines.store.run_log import append, last
from tests.pipelines.store.staged import stage

NOW = datetime.now(UTC)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = Folder(tmp_path / "out")
    folder.publish(stage(folder, 1, 1))
    return folder.out


def add(out: Path, outcome: str) -> OSError | None:
    return append(out, "20260101T000000000000Z-0000", NOW, outcome, {"message": "a line\nof two"})


def test_lines_are_added(out: Path) -> None:
    assert [add(out, outcome) for outcome in ("failed", "published")] == [None, None]
    assert [run["outcome"] for run in last(out, 5)] == ["failed", "published"]


def test_a_line_that_broke_off_takes_no_other_with_it(out: Path) -> None:
    add(out, "first")
    with (out / "runs.jsonl").open("ab") as file:
        file.write(b'{"outcome": "torn", "mess')
    add(out, "last")
    assert [run["outcome"] for run in last(out, 5)] == ["first", "last"]


def test_a_link_is_not_followed(out: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (out / "runs.jsonl").symlink_to(mine)
    assert add(out, "published") is None
    assert mine.read_text() == "mine"
    assert [run["outcome"] for run in last(out, 5)] == ["published"]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_neither_hangs_nor_goes(out: Path, make: object) -> None:
    make(out / "runs.jsonl")  # type: ignore[operator]
    assert add(out, "published") is not None
    assert (out / "runs.jsonl").exists()


def test_where_there_is_no_corpus_nothing_is_written(tmp_path: Path) -> None:
    assert add(tmp_path, "failed") is None
    assert os.listdir(tmp_path) == []
