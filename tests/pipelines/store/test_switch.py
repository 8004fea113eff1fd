"""Which snapshot is seen, also on a file system that knows no links."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from pipelines.corpus.asked import open_corpus
from pipelines.store.folder import Folder, published
from pipelines.store.switch import seen_at, show, shown, shown_name
from tests.pipelines.corpora import DEMO
from tests.pipelines.store.staged import killed_within_the_switch, run_id, stage

Captured = pytest.CaptureFixture[str]


def no_links(monkeypatch: pytest.MonkeyPatch, code: int = errno.EPERM) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("os.symlink", refuse)
    monkeypatch.setattr("os.link", refuse)


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS])
def test_a_disk_without_links_is_published_on_and_read(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    no_links(monkeypatch, code)
    out = tmp_path / "out"
    words = ["run", str(DEMO / "signals" / "yes.wav"), "--out", str(out), "--tables", "windows"]
    assert main(words) == PUBLISHED
    assert main([*words, str(DEMO / "signals" / "noise.wav")]) == PUBLISHED
    assert not os.path.lexists(out / "current")
    snapshot = published(out)
    assert (out / "current.txt").read_text() == f"snapshots/{snapshot.name}\n"
    said = capfd.readouterr().out
    assert f"published: {out}/snapshots/{snapshot.name}/<table>/*.parquet" in said
    assert f"this disk knows no links: after each publish {out}/current.txt names" in said
    with open_corpus(out) as corpus:
        assert corpus.sql("SELECT count(*) FROM recordings").fetchall() == [(2,)]
        assert corpus.sql("SELECT count(*) FROM runs").fetchall() == [(2,)]
    for command in (["status", str(out)], ["query", str(out), "FROM files"], ["report", str(out)]):
        assert main(command) == PUBLISHED
    assert main(["forget", str(out), str(DEMO / "signals" / "yes.wav"), "--yes"]) == PUBLISHED
    with open_corpus(out) as corpus:
        assert corpus.sql("SELECT count(*) FROM recordings").fetchall() == [(1,)]


def test_a_folder_that_may_not_be_written_says_so_before_the_work(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_links(monkeypatch, errno.EROFS)
    words = ["run", str(DEMO / "signals" / "yes.wav"), "--out", str(tmp_path / "out"), "--tables", "windows"]
    assert main(words) == FAILED
    told = capfd.readouterr().err
    assert "Read-only file system" in told
    assert "loading the models" not in told


def test_a_corpus_that_moves_between_both_kinds_of_disk(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 1))
    with pytest.MonkeyPatch.context() as patched:
        no_links(patched)
        folder.publish(stage(folder, 2, 2))
        assert not os.path.lexists(folder.current)
        assert shown_name(tmp_path) == run_id(2)
    folder.publish(stage(folder, 3, 3))
    assert folder.current.is_symlink()
    assert not (tmp_path / "current.txt").exists()
    assert sorted(os.listdir(folder.snapshots)) == [run_id(1), run_id(2), run_id(3)]
    assert pq.read_table(tmp_path / "current" / "windows").num_rows == 3


@pytest.mark.parametrize("at", ["pipelines.files.atomic.os.replace", "shutil.rmtree"])
def test_killed_within_the_switch_without_links(tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    no_links(monkeypatch)
    folder = Folder(tmp_path)
    killed_within_the_switch(folder, at)
    seen = run_id(2) if at == "shutil.rmtree" else run_id(1)
    assert shown_name(tmp_path) == seen
    with Folder(tmp_path).held():
        assert shown_name(tmp_path) == seen
        assert sorted(os.listdir(folder.snapshots)) == [run_id(n) for n in ((1, 2) if seen == run_id(2) else (1,))]


@pytest.mark.parametrize("said", ["", "snapshots/../../etc", "/etc", "snapshots/20990101T000000Z-ffff", "\udcff"])
def test_a_pointer_that_names_nothing_shows_nothing(tmp_path: Path, said: str) -> None:
    (tmp_path / "current.txt").write_text(said, errors="surrogateescape")
    assert shown(tmp_path) is None


def test_where_any_tool_finds_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 1))
    assert seen_at(tmp_path, "windows") == f"{tmp_path}/current/windows/*.parquet"
    no_links(monkeypatch)
    folder.publish(stage(folder, 2, 1))
    assert seen_at(tmp_path, "windows") == f"{tmp_path}/snapshots/{run_id(2)}/windows/*.parquet"


def test_a_link_at_the_pointer_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path / "out")
    folder.publish(stage(folder, 1, 1))
    mine = tmp_path / "mine.txt"
    mine.write_text("snapshots/mine")
    (tmp_path / "out" / "current.txt").symlink_to(mine)
    no_links(monkeypatch)
    show(tmp_path / "out", run_id(1))
    assert mine.read_text() == "snapshots/mine"
    assert shown_name(tmp_path / "out") == run_id(1)
