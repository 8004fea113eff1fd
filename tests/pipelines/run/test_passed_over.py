"""What a person reads of files that were no recordings."""

from __future__ import annotations

from pathlib import Path

from pipelines.run.passed_over import notes_on
from transforms.discover import discover


def notes(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return list(notes_on(discover([str(folder)])))


def test_nothing_was_passed_over(tmp_path: Path) -> None:
    assert notes(tmp_path, "a.wav") == []


def test_files_are_grouped_by_kind(tmp_path: Path) -> None:
    names = ["a.jpg", "b.jpg", "c.PNG", ".x", "#recycle/a.wav", "#recycle/1/b.wav", "2/#recycle/c.wav", "a.m3u8"]
    assert notes(tmp_path, *names) == [
        "8 files passed over, no recordings by their names: "
        "pictures 3 (.jpg, .png), in #recycle 3, hidden 1, playlists 1 (.m3u8)"
    ]


def test_links(tmp_path: Path) -> None:
    (tmp_path / "disk2").mkdir()
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "disk2").symlink_to("../disk2")
    (tmp_path / "archive" / "root").symlink_to("/")
    assert notes(tmp_path / "archive", "a.wav") == [
        "1 link to folders followed (disk2)",
        "1 link to folders above not followed (root): what was named lies in them; name what is to be read",
    ]


def test_what_may_hold_recordings_is_told_by_itself(tmp_path: Path) -> None:
    names = ["a.zip", ".b.m4a.icloud", "c.mp4.part", "old/earwitness.json", "old/snapshots/1/files/0.parquet"]
    assert notes(tmp_path, *names) == [
        "1 file passed over, no recordings by their names: archives 1 (.zip)",
        "1 archive not looked into: unpack what holds recordings",
        "1 recording not on this disk but in the keeping of iCloud (b.m4a): fetch what you need, then run again",
        "1 file still being downloaded, or left unfinished (c.mp4.part): left out until whole",
        f"1 corpus of Earwitness passed over: {tmp_path / 'old'}",
    ]
