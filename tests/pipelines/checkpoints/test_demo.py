"""The demo's checkpoints are there or missed in one line, and what they made is known for theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints.chosen import chosen
from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO, is_of_demo, jobs_of_demo
from schemas.config import Config, to_mapping
from schemas.errors import UsageError
from schemas.jobs import JOBS


def test_a_demo_without_its_checkpoints_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.checkpoints.demo.DEMO_FOLDER", tmp_path)
    (tmp_path / "sounds").mkdir()
    with pytest.raises(UsageError, match=r"no checkpoint for .*transcripts.* in .*: get the source .* anew") as told:
        chosen(Config(models="demo"))
    assert "sounds" not in str(told.value)


def test_without_the_source_there_is_no_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.checkpoints.demo.DEMO_FOLDER", tmp_path / "demo" / "models")
    with pytest.raises(UsageError, match=r"^--models demo: .*make demo.* in a clone.*pip install -e.*--model JOB="):
        chosen(Config(models="demo"))
    own = dict.fromkeys(JOBS, "FOLDER")
    assert chosen(Config(models="demo", model=own)) == own


def test_the_demo_is_known_by_its_path_wherever_it_lies() -> None:
    assert is_of_demo("sounds", str(DEMO_FOLDER / "sounds"))
    assert is_of_demo("sounds", "/elsewhere/demo/models/sounds")
    assert not is_of_demo("sounds", "/elsewhere/demo/models/speakers")
    assert not is_of_demo("sounds", "demo/sounds")
    assert not is_of_demo("sounds", None)


def test_the_jobs_of_the_demo_are_those_of_any_run() -> None:
    base, mixed = Config(), Config(models="demo", model={"transcripts": "org/asr", "sounds": "none"})
    assert jobs_of_demo([to_mapping(base)]) == []
    assert jobs_of_demo([to_mapping(Config(models="demo")), to_mapping(base)]) == list(IN_DEMO)
    assert jobs_of_demo([to_mapping(mixed)]) == [job for job in IN_DEMO if job not in ("transcripts", "sounds")]
    later = Config(model={"emotions": str(DEMO_FOLDER / "emotions")})  # as a corpus keeps it
    assert jobs_of_demo([to_mapping(later), {}]) == ["emotions"]
