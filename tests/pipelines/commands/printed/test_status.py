"""What an operator is told: a line of JSON for each run, and how the corpus stands."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pipelines.cli import FAILED, PUBLISHED, main
from pipelines.commands.printed.status import _waiting
from pipelines.store.lock import locked
from tests.pipelines.corpora import DEMO
from tests.pipelines.store.test_settings import run_row
from tests.pipelines.tables import example, write_corpus

Captured = pytest.CaptureFixture[str]


def status(out: Path, capfd: Captured) -> list[str]:
    capfd.readouterr()
    assert main(["status", str(out)]) == PUBLISHED
    return capfd.readouterr().out.splitlines()


def test_the_nights_of_a_corpus(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("signals/yes.wav", "signals/tones.wav", "broken/garbage.wav"):
        shutil.copy(DEMO / name, archive)
    words = ["run", str(archive), "--out", str(out), "--tables", "windows"]
    assert main(words) == PUBLISHED
    assert main(words) == PUBLISHED
    assert "nothing to do: all 3 files are in the tables" in capfd.readouterr().out
    shutil.copy(DEMO / "signals/noise.wav", archive)
    (archive / "bad.wav").write_bytes(b"no audio")
    assert main([*words, "--tables", "windows,frames", "--max-error-share", "0.1"]) == FAILED
    told = [json.loads(line) for line in (out / "runs.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in told] == ["published", "nothing to do", "failed"]
    assert told[0]["inputs"] == {"taken": 3, "failed": 1, "skipped": 0, "resumed": 0, "pruned": 0, "waiting": 0}
    assert told[0]["errors"] == {"undecodable": 1}
    assert told[0]["audio_hours"] > 0
    assert told[2]["message"].startswith("files: at most 0.1 of the files that were taken up failed")

    before = sorted(out.rglob("*"))
    lines = status(out, capfd)
    assert sorted(out.rglob("*")) == before
    assert [line.split("  ")[1] for line in lines[:3]] == ["published", "nothing to do", "failed"]
    assert "3 files: 2 complete, 1 failed" in lines
    assert f"{'windows':12}  2 of 2 recordings" in lines
    assert lines[-1].startswith("waiting: 2 new, 0 changed of 5 files that the last run was told of; 0 in the tables")

    with locked(out):
        assert any(line.startswith(f"at work: process {os.getpid()} on ") for line in status(out, capfd))


def test_what_waits_is_told_alike_from_every_folder(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, other = tmp_path / "here" / "archive", tmp_path / "there" / "archive"
    for folder in (archive, other):
        folder.mkdir(parents=True)
    shutil.copy(DEMO / "signals/yes.wav", archive)
    for name in ("tones", "noise"):
        shutil.copy(DEMO / f"signals/{name}.wav", other)
    monkeypatch.chdir(archive.parent)
    assert main(["run", "archive", "--out", str(tmp_path / "out"), "--tables", "windows"]) == PUBLISHED
    for folder in (archive.parent, other.parent, tmp_path):
        monkeypatch.chdir(folder)
        assert status(tmp_path / "out", capfd)[-1].startswith("waiting: 0 new, 0 changed of 1 file ")


def test_names_without_their_folder_are_not_looked_for(tmp_path: Path) -> None:
    """As runs of earlier versions kept them."""
    snapshot = write_corpus(tmp_path, {**example(), "runs": [run_row(1, recordings=["/archive", "talks"])]})
    (told,) = _waiting(snapshot)
    assert told.startswith("waiting: not known from here (the last run was told of talks, ")


def test_where_there_is_no_corpus(tmp_path: Path, capfd: Captured) -> None:
    assert main(["status", str(tmp_path / "nowhere")]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path}/nowhere: no such folder\n"
    assert main(["status", str(tmp_path)]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path} holds no corpus\n"
