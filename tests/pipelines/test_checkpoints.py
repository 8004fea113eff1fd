"""Which checkpoint does which job."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints import BASE, DEMO_FOLDER, chosen
from schemas.catalog import JOBS
from schemas.config import Config, ConfigError
from transforms.models.checkpoint import parse_checkpoint


def test_base_is_every_job_but_voice_prints() -> None:
    assert chosen(Config()) == BASE
    assert set(BASE) == set(JOBS) - {"speakers"}
    for name in BASE.values():
        assert parse_checkpoint(name).name == name
        assert name.count("/") == 1


def test_a_job_has_the_checkpoint_that_the_user_names() -> None:
    picked = chosen(Config(model={"emotions": "some/model@v1", "speakers": "some/voice"}))
    assert picked == {**BASE, "emotions": "some/model@v1", "speakers": "some/voice"}
    assert list(picked) == [job for job in JOBS if job in picked]


def test_none_leaves_a_job_out() -> None:
    assert set(chosen(Config(model={"emotions": "none", "sounds": "none"}))) == {"transcripts", "embeddings"}
    assert chosen(Config(model=dict.fromkeys(JOBS, "none"))) == {}


def test_demo_is_a_folder_for_each_job_that_the_user_names_none_for(tmp_path: Path) -> None:
    own = {job: str(tmp_path / job) for job in JOBS}
    assert chosen(Config(models="demo", model=own)) == own
    others = [job for job in JOBS if job != "sounds"]
    there = [job for job in others if (DEMO_FOLDER / job).is_dir()]
    config = Config(models="demo", model={job: own[job] for job in JOBS if job not in there} | {"sounds": "none"})
    expected = {job: str(DEMO_FOLDER / job) if job in there else own[job] for job in others}
    assert chosen(config) == expected


@pytest.mark.skipif(DEMO_FOLDER.is_dir(), reason="the demo's checkpoints are there")
def test_without_its_checkpoints_the_demo_says_how_to_make_them() -> None:
    with pytest.raises(ConfigError, match=r"make them with `python -m demo\.checkpoints"):
        chosen(Config(models="demo"))
