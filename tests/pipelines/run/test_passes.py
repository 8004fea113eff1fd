"""What a run hears, by whom, and what it keeps of that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.store.read import Snapshot
from tests.pipelines.corpora import DEMO, publish

YES = DEMO / "signals" / "yes.wav"


def test_a_run_tells_who_did_it_and_what_memory_that_took(tmp_path: Path) -> None:
    published = publish(tmp_path, {}, [YES], tables=["recordings"])
    workers = published.measured.workers
    assert workers["processes"] == 1
    assert workers["threads"] == len(os.sched_getaffinity(0))
    assert 1 << 26 < workers["peak_bytes"] < 1 << 36
    (counts,) = Snapshot(published.snapshot).rows("runs", ["counts"])["counts"].to_pylist()
    told = {count["name"]: count["value"] for count in counts}
    assert {name: told[f"workers.{name}"] for name in workers} == workers


def test_nobody_is_asked_who_could_hear_where_nothing_is_to_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, {}, [YES], tables=["recordings"])
    monkeypatch.setattr("pipelines.run.passes.crew_of", lambda *_: pytest.fail("there is nothing to hear"))
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("file,place\nyes.wav,north\n")
    published = publish(tmp_path, {}, [YES], tables=["recordings"], metadata={"path": str(sheet)})
    assert published.measured.workers == {}
    assert Snapshot(published.snapshot).rows("recordings", ["place"])["place"].to_pylist() == ["north"]
