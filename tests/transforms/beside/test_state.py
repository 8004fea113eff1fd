"""A file that is written to, replaced, cut or touched is told from one that rests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.records import Source
from transforms.beside.state import State


def grow(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"more")


def cut(path: Path) -> None:
    os.truncate(path, 10)


def write_over(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"other")
    os.utime(path, ns=(0, 5))


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(b"0" * len(path.read_bytes()))
    os.utime(other, ns=(0, path.stat().st_mtime_ns))  # a program that copies times with the content
    os.replace(other, path)


def touch(path: Path) -> None:
    os.utime(path, ns=(0, 7))


def copy_over(path: Path) -> None:
    content = path.read_bytes()
    other = path.with_suffix(".new")
    other.write_bytes(content)
    os.replace(other, path)


CHANGES: dict[Callable[[Path], None], str] = {
    grow: "it grew by 4 bytes",
    cut: "it lost",
    write_over: "it was written to",
    replace: "another file took its place",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_happened(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"x" * 1000)
    before = State.at(str(path))
    assert State.at(str(path)) == before
    change(path)
    now = State.at(str(path))
    assert now != before
    assert before.told(now).startswith(CHANGES[change])


def test_of_a_source_that_nobody_looked_at_nothing_is_known() -> None:
    assert State.kept(Source("a", "a", 0, 0)) is None
    assert State.kept(Source("a", "a", 1, 2, inode=3)) == State(1, 2, 3)
