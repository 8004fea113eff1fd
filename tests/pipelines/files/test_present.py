"""Which of several files is opened."""

from __future__ import annotations

from pathlib import Path

from pipelines.files.present import first_there


def test_the_first_that_is_as_it_was(tmp_path: Path) -> None:
    for name, content in (("changed", b"12"), ("whole", b"123"), ("later", b"123")):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    names = ("gone", "folder", "changed", "whole", "later")
    assert first_there((str(tmp_path / name), 3) for name in names) == str(tmp_path / "whole")
    assert first_there([(str(tmp_path / "gone"), 3)]) is None
