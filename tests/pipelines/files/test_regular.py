"""What is read as a file is one: no link, no folder, and nothing that waits for ever."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.files.damage import DamagedError, GoneError
from pipelines.files.regular import check_file, is_file, is_folder, read_bytes


def test_links_are_neither_files_nor_folders(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    for name in ("file", "folder"):
        (tmp_path / f"to_{name}").symlink_to(name)
    assert [is_file(tmp_path / name) for name in ("file", "to_file", "folder", "none")] == [True, False, False, False]
    assert [is_folder(tmp_path / name) for name in ("folder", "to_folder", "file")] == [True, False, False]


def test_a_file_is_read_also_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("file")
    assert read_bytes(tmp_path / "link") == b"mine"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (os.mkdir, "is a folder, no file"),
        (os.mkfifo, "is a pipe or a device, no file"),
        (lambda path: path.symlink_to("nowhere"), "is a link to nothing"),
    ],
    ids=["folder", "pipe", "link"],
)
def test_what_is_none_is_told(tmp_path: Path, make: Callable[[Path], None], told: str) -> None:
    make(tmp_path / "x")
    with pytest.raises(DamagedError, match=told):
        read_bytes(tmp_path / "x")


def test_what_is_gone_is_another_matter(tmp_path: Path) -> None:
    with pytest.raises(GoneError, match="is gone: the corpus was moved, or published anew meanwhile"):
        check_file(tmp_path / "x")
