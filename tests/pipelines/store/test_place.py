"""Whose folder it is: only what carries our mark is ever touched, and of that only what we have made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from pipelines.store.folder import Folder
from pipelines.store.place import check_place, is_corpus
from pipelines.store.switch import shown
from schemas.errors import UsageError
from schemas.layout import MARK
from tests.pipelines.corpora import DEMO
from tests.pipelines.store.staged import run_id, stage

Captured = pytest.CaptureFixture[str]
WORDS = ("--tables", "windows")
MINE = (".git/config", ".venv/bin/python", ".ssh/id_ed25519", "notes.md", ".20240101T000000Z-abcd.txt")


def fill(folder: Path) -> dict[str, bytes]:
    for name in MINE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"mine: {name}")
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_folder_that_holds_other_things_is_refused_and_stays(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fill(tmp_path)
    monkeypatch.chdir(tmp_path)
    for dry in ([], ["--dry-run"]):
        assert main(["run", str(DEMO / "signals" / "yes.wav"), "--out", ".", *WORDS, *dry]) == WRONG_USE
        assert (
            "is no corpus and holds other things (.20240101T000000Z-abcd.txt): choose another" in capfd.readouterr().err
        )
    assert contents(tmp_path) == before


def test_a_home_folder_is_refused_also_where_it_is_empty(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["run", str(DEMO / "signals" / "yes.wav"), "--out", str(tmp_path), *WORDS]) == WRONG_USE
    assert "is a home folder, where no corpus is made" in capfd.readouterr().err
    assert os.listdir(tmp_path) == []
    (tmp_path / MARK).write_text("{}")  # nor is it where a mark lies there
    with pytest.raises(UsageError, match="home folder"):
        check_place(tmp_path)


def test_the_root_folder_is_refused_by_every_way_to_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    for root in (Path("/"), Path("//"), Path("/usr/.."), tmp_path / "link"):
        with pytest.raises(UsageError, match="root folder"):
            check_place(root)


def test_a_disk_that_is_as_good_as_empty_is_taken(tmp_path: Path) -> None:
    for name in ("lost+found", "System Volume Information", "$RECYCLE.BIN", ".Trash-1000", ".fseventsd", "._x"):
        (tmp_path / name).mkdir()
    (tmp_path / ".earwitness-0123.growing").touch()
    check_place(tmp_path)


@pytest.mark.parametrize(("name", "what"), [("file", "a file"), ("nowhere", "a link to nothing")])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str, what: str, capfd: Captured) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "nowhere").symlink_to(tmp_path / "not there")
    assert main(["run", str(DEMO / "signals" / "yes.wav"), "--out", str(tmp_path / name), *WORDS]) == WRONG_USE
    assert f"{tmp_path / name} is {what}: choose another name" in capfd.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(UsageError, match="is a file"):
        check_place(tmp_path / "file" / "out")


def test_what_lies_in_a_corpus_and_is_none_of_ours_stays(tmp_path: Path) -> None:
    """Hidden folders, a thesis, and folders beside ours in `snapshots` and `staging`."""
    out = tmp_path / "out"
    recording = str(DEMO / "signals" / "yes.wav")
    assert main(["run", recording, "--out", str(out), *WORDS]) == PUBLISHED
    for folder in (out, out / "snapshots", out / "staging"):
        fill(folder)
        (folder / ".mine").mkdir()
        (folder / "my run").mkdir()
        (folder / "my run" / "thesis.tex").write_text("years")
    behind = tmp_path / "behind"
    before = fill(behind)
    (out / "snapshots" / run_id(1)).symlink_to(behind)
    (out / "staging" / run_id(2)).symlink_to(behind)
    (out / "snapshots" / f".{run_id(3)}").symlink_to(behind)
    mine = {name for name in contents(out) if Path(name).name != "runs.jsonl" and "snapshots/2" not in name}
    for _ in range(2):
        assert main(["run", recording, "--out", str(out), *WORDS, "--force", "windows", "--keep", "1"]) == PUBLISHED
    assert mine <= contents(out).keys()
    assert contents(behind) == before


@pytest.mark.parametrize("name", ["snapshots", "staging"])
def test_a_link_in_place_of_a_folder_of_ours_is_not_followed(tmp_path: Path, name: str, capfd: Captured) -> None:
    out = tmp_path / "out"
    recording = str(DEMO / "signals" / "yes.wav")
    assert main(["run", recording, "--out", str(out), *WORDS]) == PUBLISHED
    elsewhere = tmp_path / "elsewhere"
    before = fill(elsewhere)
    if (out / name).exists():
        os.rename(out / name, out / f"{name}-away")
    (out / name).symlink_to(elsewhere)
    assert main(["run", recording, "--out", str(out), *WORDS, "--force", "windows"]) == WRONG_USE
    assert f"{out / name} is no folder of ours" in capfd.readouterr().err
    assert contents(elsewhere) == before


def test_a_corpus_made_before_there_was_a_mark_is_known_and_marked(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.publish(stage(folder, 1, 3))
    (tmp_path / MARK).unlink()
    (tmp_path / ".staging").mkdir()  # what a removal that did not come to its end was called then
    (tmp_path / ".staging" / "nfs").touch()
    (tmp_path / "snapshots" / ".20260101T000000Z-0000").mkdir()
    (tmp_path / ".current-20260101T000000Z-0000").symlink_to("snapshots/20260101T000000Z-0000")
    assert is_corpus(tmp_path)
    with Folder(tmp_path).held():
        pass
    assert sorted(name for name in os.listdir(tmp_path) if name != ".lock") == ["current", MARK, "snapshots"]
    assert os.listdir(tmp_path / "snapshots") == [run_id(1)]
    assert shown(tmp_path) == (tmp_path / "snapshots" / run_id(1)).resolve()


def test_a_removal_that_is_refused_does_not_stand_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on NFS, where files that somebody has open cannot go; twice, since what is left must not take a name."""
    folder = Folder(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", lambda *_, **__: None)
        for number in range(3):
            folder.publish(stage(folder, number, 1))
        with folder.held():
            folder.abandon(stage(folder, 3, 1))
    with folder.held():
        pass
    left = [str(path) for path in tmp_path.rglob(".earwitness-*")]
    assert left == []
