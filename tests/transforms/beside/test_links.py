"""Folders behind links are read once each, by whatever ways links lead there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.transforms.beside.trees import found, make
from transforms.beside.links import Links
from transforms.discover import discover
from transforms.identify import identify


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of which one part lies on another disk, which holds a loop and a way back."""
    make(tmp_path, "archive/2024/a.wav", "archive/notes.txt", "disk/b.wav", "disk/deep/c.flac", "disk/deep/d.txt")
    archive = tmp_path / "archive"
    (archive / "disk").symlink_to("../disk")
    (tmp_path / "disk" / "deep" / "loop").symlink_to("..")
    (tmp_path / "disk" / "back").symlink_to(archive)
    return archive


ALL = ["2024/a.wav", "disk/b.wav", "disk/deep/c.flac"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([""], ALL),
        (["", "."], ALL),
        (["**"], ALL),
        (["**/*"], ALL),
        (["**/*.wav"], ["2024/a.wav", "disk/b.wav"]),
        (["**/*.flac"], ["disk/deep/c.flac"]),
        (["**/deep/*"], ["disk/deep/c.flac"]),
        (["**/disk"], ["disk/b.wav", "disk/deep/c.flac"]),
        (["*/**/*.flac", ""], ALL),
        (["", "disk"], ALL),
    ],
)
def test_a_link_out_of_the_archive_is_followed(archive: Path, patterns: list[str], expected: list[str]) -> None:
    discovery = discover([os.path.join(archive, pattern) for pattern in patterns])
    assert found(discovery, archive) == expected
    assert discover([os.path.join(archive, pattern) for pattern in reversed(patterns)]) == discovery
    if not {"disk", "**/disk", "*/**/*.flac"} & {*patterns}:  # which name it themselves
        assert discovery.links == (str(archive / "disk"),)
    assert not discovery.passed_over.above - {str(archive / "disk" / "back")}


def test_a_folder_is_read_once_and_under_its_own_name_where_it_has_one(archive: Path) -> None:
    (archive / "2023").symlink_to("2024")
    (archive / "2024" / "self").symlink_to(".")
    (archive / "1st").symlink_to("../disk/deep")  # before the disk that holds it, by its name
    (archive / "another way").symlink_to("../disk")
    discovery = discover([str(archive)])
    assert found(discovery, archive) == ["1st/c.flac", "2024/a.wav", "another way/b.wav"]
    assert discovery.links == (str(archive / "1st"), str(archive / "another way"))


def test_two_archives_that_lead_to_each_other(archive: Path, tmp_path: Path) -> None:
    discovery = discover([str(archive), str(tmp_path / "disk")])
    assert found(discovery, tmp_path) == ["archive/2024/a.wav", "disk/b.wav", "disk/deep/c.flac"]
    assert discovery.links == ()


@pytest.mark.parametrize("target", ["/", "..", "../.."])
def test_a_folder_above_is_named_and_not_followed(archive: Path, tmp_path: Path, target: str) -> None:
    make(tmp_path, "mine.wav")
    for link in (archive / "2024" / "up", tmp_path / "disk" / "up"):
        link.symlink_to(os.path.join(link.parent.parent, target))
    for pattern in ("", "**/*.wav"):
        discovery = discover([str(archive / pattern)])
        assert set(found(discovery, archive)) <= {*ALL}
        assert str(archive / "disk" / "up") in discovery.passed_over.above


def test_a_folder_that_is_not_entered_may_be_linked(archive: Path, tmp_path: Path) -> None:
    """A store beneath the archive that only the links into it show."""
    make(archive, ".store/x1/e.wav", "#recycle/f.wav")
    (archive / "2025").symlink_to(".store/x1")
    (archive / ".elsewhere").symlink_to("/")
    discovery = discover([str(archive)])
    assert found(discovery, archive) == ["2024/a.wav", "2025/e.wav", *ALL[1:]]
    assert discovery.passed_over.kinds() == {"documents": 2, "hidden": 1, "in .store": 1, "in #recycle": 1}


def test_the_corpus_behind_a_link_is_none_of_the_archive(archive: Path, tmp_path: Path) -> None:
    make(tmp_path, "out/odd.wav")
    (archive / "tables").symlink_to("../out")
    assert found(discover([str(archive)], [str(tmp_path / "out")]), archive) == ALL


def test_a_link_to_a_disk_that_is_not_there_is_a_source_that_says_so(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").rename(tmp_path / "taken away")
    sources = {os.path.relpath(source.path, archive): source for source in discover([str(archive)]).sources}
    assert sorted(sources) == ["2024/a.wav", "disk"]
    problem = identify(sources["disk"]).problem
    assert problem is not None
    assert problem.message == "a link to ../disk, which is not there"


def test_a_file_system_without_inodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some network drives are: the real path says which folder it is."""
    stat = os.stat

    def without(path: str, **kept: object) -> os.stat_result:
        status = list(stat(path, **kept))  # type: ignore[call-overload]
        status[1] = 0
        return os.stat_result(status)

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "link").symlink_to("a")
    monkeypatch.setattr(os, "stat", without)
    links = Links()
    assert links.enter(str(tmp_path / "a"))
    assert not links.enter(str(tmp_path / "link"))
    assert links.enter(str(tmp_path / "b"))
    assert not links.enter(str(tmp_path / "gone"))
