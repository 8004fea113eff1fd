"""Which checkpoint does which job."""

from __future__ import annotations

from pathlib import Path

from pipelines.checkpoints.chosen import BASE, OF_SETS, chosen, set_of
from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO
from schemas.config import Config
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


def test_a_set_brings_its_recogniser_and_leaves_voice_prints_out() -> None:
    assert list(OF_SETS) == ["base", "fast", "accurate", "multilingual", "verbatim"]
    for name, of_set in OF_SETS.items():
        assert chosen(Config(models=name)) == of_set == set_of(name)  # type: ignore[arg-type]
        assert "speakers" not in of_set
    assert chosen(Config(models="fast", model={"transcripts": "mine"})) == {**BASE, "transcripts": "mine"}
    set_of("base")["transcripts"] = "changed"
    assert set_of("base") == BASE, "what is handed out is a copy"
