"""The training loop: its schedule, its memory, its choice."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from demo.train.optimise import Batch, Recipe, Trained, optimise


def quiet(line: str) -> None:
    """Progress is of no interest here."""


def batch_of(step: int) -> Batch:
    x = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
    return {"x": x, "y": x @ torch.tensor([1.0, -2.0, 3.0, 0.5])[:, None]}


def loss_of(model: nn.Module, batch: Batch, step: int) -> Tensor:
    return nn.functional.mse_loss(model(batch["x"]), batch["y"])


def score_of(model: nn.Module) -> float:
    with torch.no_grad():
        return -float(loss_of(model, batch_of(10**6), 0))


def network() -> nn.Module:
    """With dropout, so that the lots which a step draws count too."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 1))


def run(folder: Path, recipe: Recipe, *stops: int | None, workers: int = 0) -> tuple[nn.Module, Trained]:
    for until in stops:
        model = network()
        trained = optimise(model, batch_of, loss_of, score_of, recipe, folder, until=until, workers=workers, say=quiet)
    return model, trained


def test_the_learning_rate_rises_stays_and_falls() -> None:
    recipe = Recipe(1000, 2e-3, seed=0, warmup=0.1, flat_until=0.4)
    rates = np.array([recipe.rate(step) for step in range(1000)])
    assert rates[49] == pytest.approx(1e-3)
    np.testing.assert_allclose(rates[99:400], 2e-3)
    assert rates[699] == pytest.approx(2e-3 * 0.5 * (1 + math.cos(math.pi / 2)))
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    assert (np.diff(rates[399:]) < 0).all()


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_going_on_equals_never_having_stopped(tmp_path: Path, averaging: float) -> None:
    recipe = Recipe(40, 1e-2, seed=5, averaging=averaging, evaluate_every=7)
    whole, uninterrupted = run(tmp_path / "whole", recipe, None)
    pieces, resumed = run(tmp_path / "pieces", recipe, 9, 23, None)
    assert resumed.losses == uninterrupted.losses
    assert (resumed.step, resumed.score) == (uninterrupted.step, uninterrupted.score)
    for one, other in zip(whole.state_dict().values(), pieces.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    recipe = Recipe(60, 2e-2, seed=5, evaluate_every=5)
    model, trained = run(tmp_path, recipe, None)
    assert np.mean(trained.losses[-5:]) < 0.3 * np.mean(trained.losses[:5])
    assert score_of(model) == pytest.approx(trained.score)
    again, unchanged = run(tmp_path, recipe, None)  # nothing is left to do
    assert unchanged == trained
    assert score_of(again) == pytest.approx(trained.score)


def test_bfloat16_multiplies_in_it_and_keeps_the_weights_whole(tmp_path: Path) -> None:
    met: set[tuple[torch.dtype, torch.dtype]] = set()

    def watched(model: nn.Module, batch: Batch, step: int) -> Tensor:
        met.add((model(batch["x"]).dtype, next(model.parameters()).dtype))
        return loss_of(model, batch, step)

    recipe = Recipe(60, 2e-2, seed=5, evaluate_every=60, bfloat16=True)
    trained = optimise(network(), batch_of, watched, score_of, recipe, tmp_path, say=quiet)
    assert met == {(torch.bfloat16, torch.float32)}
    assert np.mean(trained.losses[-5:]) < 0.3 * np.mean(trained.losses[:5])


def test_processes_make_the_same_batches(tmp_path: Path) -> None:
    recipe = Recipe(12, 1e-2, seed=5, evaluate_every=6)
    alone, _ = run(tmp_path / "alone", recipe, None)
    helped, _ = run(tmp_path / "helped", recipe, None, workers=2)
    for one, other in zip(alone.state_dict().values(), helped.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_the_state_of_another_recipe_is_refused(tmp_path: Path) -> None:
    run(tmp_path, Recipe(10, 1e-2, seed=5), 4)
    with pytest.raises(ValueError, match="another run"):
        run(tmp_path, Recipe(10, 1e-2, seed=6), None)
