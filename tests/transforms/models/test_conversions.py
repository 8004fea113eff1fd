"""What is made of a checkpoint once on this machine."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from transforms.models.conversions import conversion


def test_what_is_there_is_taken(tmp_path: Path) -> None:
    place = tmp_path / "made"
    assert conversion(place, lambda folder: (folder / "file").write_text("1") and None).folder == place
    again = conversion(place, lambda folder: pytest.fail("made again"))
    assert (again.folder / "file").read_text() == "1"


def test_what_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        (folder / "file").write_text("half")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        conversion(tmp_path / "made", broken)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_one_of_several_makes_it(tmp_path: Path) -> None:
    times: list[Path] = []
    go = threading.Barrier(4)

    def make(folder: Path) -> None:
        times.append(folder)
        (folder / "file").write_text("1")

    def ask() -> None:
        go.wait()
        assert (conversion(tmp_path / "made", make).folder / "file").read_text() == "1"

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert len(times) == 1


def test_without_a_place_it_goes_with_what_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = conversion(None, lambda folder: None)
    assert made.folder.is_dir()
    del made
    assert not list(tmp_path.iterdir())
