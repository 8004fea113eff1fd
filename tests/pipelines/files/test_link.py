"""A second name of a file, or a copy of it where there are no links."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipelines.files.link import link


def refuse(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def answer(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("os.link", answer)


def test_a_second_name_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("rows")
    link(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").samefile(tmp_path / "b")
    with pytest.raises(FileExistsError):
        link(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV])
def test_a_copy_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    (tmp_path / "a").write_text("rows")
    os.utime(tmp_path / "a", (1, 1))
    refuse(monkeypatch, code)
    link(tmp_path / "a", tmp_path / "b")
    assert not (tmp_path / "a").samefile(tmp_path / "b")
    assert (tmp_path / "b").read_text() == "rows"
    assert os.stat(tmp_path / "b").st_mtime == 1


def test_a_full_disk_is_no_reason_to_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("rows")
    refuse(monkeypatch, errno.ENOSPC)
    with pytest.raises(OSError, match="No space left"):
        link(tmp_path / "a", tmp_path / "b")
    assert not (tmp_path / "b").exists()
