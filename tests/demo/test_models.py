"""The checkpoints that are shipped: small, whole, of the real classes, each with a card that says what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO
from schemas.jobs import JOBS
from transforms.models.jobs import open_door
from transforms.models.kinds import KINDS

MOST_BYTES = 30_000_000


def test_all_together_are_small() -> None:
    assert {path.name for path in DEMO_FOLDER.iterdir()} == set(IN_DEMO)
    assert sum(path.stat().st_size for path in DEMO_FOLDER.rglob("*") if path.is_file()) <= MOST_BYTES


@pytest.mark.parametrize("job", IN_DEMO)
def test_a_checkpoint_is_of_a_kind_that_does_its_job_and_in_float16(job: str) -> None:
    config = json.loads((DEMO_FOLDER / job / "config.json").read_text())
    assert [KINDS[name] in JOBS[job].kinds for name in config["architectures"]] == [True]
    with safe_open(DEMO_FOLDER / job / "model.safetensors", "pt") as weights:
        floats = [t for t in map(weights.get_tensor, weights.keys()) if t.is_floating_point()]
    assert {tensor.dtype for tensor in floats} == {torch.float16}
    assert all(torch.isfinite(tensor).all() for tensor in floats)


@pytest.mark.parametrize("job", IN_DEMO)
def test_a_checkpoint_opens_for_its_job(job: str) -> None:
    assert open_door(job, str(DEMO_FOLDER / job)).model_id.startswith(f"{job}@")


@pytest.mark.parametrize("job", IN_DEMO)
def test_a_card_tells_data_and_licences_split_training_figures_limits_and_seed(job: str) -> None:
    card = (DEMO_FOLDER / job / "README.md").read_text("utf-8")
    for needed in ("**Hears:**", "**Does not:**", "## Figures", "## Data", "| licence |", "## Training", "seed "):
        assert needed in card, needed
    for split in ("train", "dev", "test"):
        assert split in card
    goals = re.findall(r"\| test[^|]*\| ([\d.]+) \| ([<>]=) ([\d.]+) \| (no|by [\d.]+) \|", card)
    assert goals, "no goal beside a figure of the test split"
    for value, sign, goal, missed in goals:
        met = float(value) <= float(goal) if sign == "<=" else float(value) >= float(goal)
        assert met == (missed == "no")


def test_the_readme_says_what_the_demo_models_cannot_hear() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    assert "docs/demo.md" in readme
