"""Hashes of weights are made once on a machine, and anew when a file may be another."""

from __future__ import annotations

import hashlib
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import transforms.models.remembered as remembered
from transforms.cache import FOLDER
from transforms.models.checkpoint import Checkpoint, Located, revision_of
from transforms.models.remembered import hash_of

HOUR_AGO = time.time() - 3600


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Two files of weights, an hour old."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    monkeypatch.setattr(remembered, "SETTLED_SECONDS", -1.0)  # the time of the last change cannot be set back
    made = []
    for name, content in (("a.bin", b"one" * 1000), ("b.bin", b"two" * 5000)):
        path = tmp_path / name
        path.write_bytes(content)
        os.utime(path, (HOUR_AGO, HOUR_AGO))
        made.append(path)
    return made


def kept(tmp_path):
    return sorted((tmp_path / "cache").rglob("*"), key=str)


def by_hand(files):
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def test_a_hash_is_made_once(files, monkeypatch):
    expected = by_hand(files)
    assert hash_of(files) == expected
    opened = Path.open

    def only_others(path, *given, **named):
        assert path not in files, "weights are read again"
        return opened(path, *given, **named)

    monkeypatch.setattr(Path, "open", only_others)
    assert hash_of(files) == expected


@pytest.mark.parametrize("how", ["longer", "same size and time", "another in its place"])
def test_a_file_that_may_be_another_is_read_again(files, how):
    first = hash_of(files)
    path = files[0]
    match how:
        case "longer":
            path.write_bytes(path.read_bytes() + b"!")
        case "same size and time":
            path.write_bytes(b"eno" * 1000)
        case "another in its place":
            other = path.with_name("other")
            other.write_bytes(b"eno" * 1000)
            os.replace(other, path)
    if how != "longer":
        os.utime(path, (HOUR_AGO, HOUR_AGO))
    assert hash_of(files) == by_hand(files) != first


def test_the_order_and_the_choice_of_files_count(files):
    found = [hash_of(files), hash_of(files[::-1]), hash_of(files[:1])]
    assert found == [by_hand(files), by_hand(files[::-1]), by_hand(files[:1])]
    assert len(set(found)) == 3


def test_a_file_that_changed_just_now_is_not_remembered(files, tmp_path, monkeypatch):
    monkeypatch.setattr(remembered, "SETTLED_SECONDS", 2.0)
    assert hash_of(files) == by_hand(files)
    assert not kept(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": []}', '{"files": 1, "sha256": 3}', "\x00"])
def test_what_is_kept_may_be_broken(files, tmp_path, content):
    hash_of(files)
    (place,) = (path for path in kept(tmp_path) if path.is_file())
    place.write_text(content)
    assert hash_of(files) == by_hand(files)
    assert json.loads(place.read_text())["sha256"] == by_hand(files)


def test_without_a_place_to_write_nothing_is_remembered(files, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv(FOLDER, str(tmp_path / "taken"))
    assert hash_of(files) == by_hand(files)


def test_many_processes_at_once(files, tmp_path):
    with ProcessPoolExecutor(4, get_context("fork")) as pool:
        assert set(pool.map(hash_of, [files] * 40)) == {by_hand(files)}
    assert [path.suffix for path in kept(tmp_path) if path.is_file()] == [".json"]


def test_a_revision_is_that_hash(files, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    weights = folder / "model.safetensors"
    weights.write_bytes(b"weights")
    located = Located("sounds", Checkpoint(str(folder)), folder, None)
    assert revision_of(located) == by_hand([weights])[:12]
    weights.write_bytes(b"others!")
    assert revision_of(located) == by_hand([weights])[:12]
    assert len([path for path in kept(tmp_path) if path.is_file()]) == 1
