"""Trash, systems' own folders and corpora of ours are not read again, and nothing is passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transforms.beside.trees import found, make
from transforms.beside.passed_over import is_none_of_an_archive
from transforms.discover import discover

TRASH = ("#recycle", "$RECYCLE.BIN", ".Trash-1000", "@eaDir", "System Volume Information", "lost+found", "@Recycle")
HIDDEN = (".stversions", ".dropbox.cache", ".AppleDouble", ".git")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    make(tmp_path, "a.wav", "2024/b.wav", *(f"2024/{folder}/deep/old.wav" for folder in (*TRASH, *HIDDEN)))
    return tmp_path


@pytest.mark.parametrize("pattern", ["", "*", "**", "**/*", "**/*.wav"])
def test_trash_is_not_read_again(archive: Path, pattern: str) -> None:
    discovery = discover([str(archive / pattern)])
    assert found(discovery, archive)[:1] == ["2024/b.wav"]
    assert set(found(discovery, archive)) <= {"a.wav", "2024/b.wav"}
    kinds = discovery.passed_over.kinds()
    assert {f"in {folder}" for folder in TRASH if not folder.startswith(".")} <= set(kinds)
    assert set(kinds.values()) == {1}


def test_what_is_named_outright_is_read_all_the_same(archive: Path) -> None:
    for pattern in ("2024/#recycle", "2024/#recycle/*/*.wav", "2024/#recycle/deep/old.wav", "*/#recycle/**"):
        discovery = discover([str(archive / pattern)])
        assert found(discovery, archive) == ["2024/#recycle/deep/old.wav"], pattern
        assert not discovery.passed_over.kinds()


@pytest.mark.parametrize("name", ["recycling", "trash talk", "#1", "@home", "lost", "snapshot", "archive", "System"])
def test_folders_of_people_are_read(name: str) -> None:
    assert not is_none_of_an_archive(name)


def corpus(folder: Path) -> None:
    """A corpus as a run leaves it: old.wav is anything that lies in it."""
    make(folder, "snapshots/1/files/00000.parquet", "search/vectors.npy", "search/odd.wav", "clips/odd.wav")
    (folder / "current").symlink_to("snapshots/1")


@pytest.mark.parametrize("pattern", ["", "**", "**/*.wav"])
def test_the_corpus_that_is_made_holds_no_recordings(archive: Path, pattern: str) -> None:
    out = archive / "out"
    corpus(out)
    discovery = discover([str(archive / pattern)], [str(out)])
    assert set(found(discovery, archive)) == {"a.wav", "2024/b.wav"}
    assert not discovery.passed_over.corpora
    assert not [kind for kind in discovery.passed_over.kinds() if kind.startswith("tables")]


def test_it_may_be_named_in_another_way(archive: Path) -> None:
    corpus(archive / "out")
    link = archive.with_name(f"{archive.name}-link")
    link.symlink_to("/".join((archive.name, "out")))
    assert found(discover([str(archive)], [str(link)]), archive) == ["2024/b.wav", "a.wav"]


def test_a_folder_that_is_both_archive_and_corpus(archive: Path) -> None:
    corpus(archive)
    assert found(discover([str(archive)], [str(archive)]), archive) == ["2024/b.wav", "a.wav", "clips/odd.wav"]


def test_another_corpus_is_passed_over_and_named(archive: Path) -> None:
    corpus(archive / "2024" / "old")
    make(archive / "2024" / "new", "earwitness.json", "snapshots/1/odd.wav")
    make(archive / "mine", "earwitness.json", "c.wav")  # a settings file of that name makes no corpus
    discovery = discover([str(archive)], [str(archive / "not_there")])
    assert found(discovery, archive) == ["2024/b.wav", "a.wav", "mine/c.wav"]
    assert discovery.passed_over.corpora == {str(archive / "2024" / "old"), str(archive / "2024" / "new")}


def test_placeholders_and_downloads_are_told_of(tmp_path: Path) -> None:
    make(tmp_path, ".a.m4a.icloud", "b.wav", "b.wav.dvc", "c.wav.dvc", ".notes.pdf.icloud", "d.mp4.part", "t.cda")
    discovery = discover([str(tmp_path)])
    assert found(discovery, tmp_path) == ["b.wav"]
    absent = {Path(path).name: place for path, place in discovery.passed_over.absent.items()}
    assert absent == {"a.m4a": "iCloud", "c.wav": "DVC", "t.cda": "an audio CD"}
    assert {Path(path).name for path in discovery.passed_over.growing} == {"d.mp4.part"}
    assert discovery.passed_over.kinds() == {"documents": 1}
    assert found(discover([str(tmp_path / "d.mp4.part"), str(tmp_path / "*.cda")]), tmp_path) == ["d.mp4.part", "t.cda"]
