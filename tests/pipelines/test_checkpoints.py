"""Which checkpoint does which job."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints import BASE, DEMO_FOLDER, IN_DEMO, chosen
from schemas.config import Config
from schemas.errors import UsageError
from schemas.jobs import JOBS
from transforms.models.checkpoint import parse_checkpoint


def test_base_is_every_job_but_voice_prints() -> None:
    assert chosen(Config()) == BASE
    assert "speakers" not in BASE
    assert set(BASE) == {name for name, job in JOBS.items() if not job.asked_for_by_name}
    for name in BASE.values():
        assert parse_checkpoint(name).name == name
        assert name.count("/") == 1


def test_a_job_has_the_checkpoint_that_the_user_names() -> None:
    picked = chosen(Config(model={"emotions": "some/model@v1", "speakers": "some/voice"}))
    assert picked == {**BASE, "emotions": "some/model@v1", "speakers": "some/voice"}
    assert list(picked) == [job for job in JOBS if job in picked]


def test_none_leaves_a_job_out() -> None:
    assert set(chosen(Config(model={"emotions": "none", "sounds": "none"}))) == set(BASE) - {"emotions", "sounds"}
    assert chosen(Config(model=dict.fromkeys(JOBS, "none"))) == {}


def test_demo_brings_a_checkpoint_for_each_job_that_it_does(tmp_path: Path) -> None:
    assert chosen(Config(models="demo")) == {job: str(DEMO_FOLDER / job) for job in IN_DEMO}
    for job in IN_DEMO:
        assert (DEMO_FOLDER / job / "model.safetensors").is_file()
    own = {job: str(tmp_path / job) for job in JOBS}
    assert chosen(Config(models="demo", model=own)) == own


def test_a_demo_without_its_checkpoints_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.checkpoints.DEMO_FOLDER", tmp_path)
    (tmp_path / "sounds").mkdir()
    with pytest.raises(UsageError, match=r"no checkpoint for .*transcripts.* in .*: get the source .* anew") as told:
        chosen(Config(models="demo"))
    assert "sounds" not in str(told.value)


def test_without_the_source_there_is_no_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.checkpoints.DEMO_FOLDER", tmp_path / "demo" / "models")
    with pytest.raises(UsageError, match=r"^--models demo: .*make demo.* in a clone.*pip install -e.*--model JOB="):
        chosen(Config(models="demo"))
    own = dict.fromkeys(JOBS, "FOLDER")
    assert chosen(Config(models="demo", model=own)) == own
