"""One training loop for all five models: seeded, resumable to the bit, choosing by the development split."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Dataset, Subset

from demo.train.ranks import ALONE, Ranks

Batch = Mapping[str, Tensor]
BatchOf = Callable[[int], Batch]
"""The batch of a step, by its number alone: what is drawn for it is seeded by the step.  Of several processes the one
of rank r takes batch ``step * count + r``.

So a run that goes on where it broke off sees what an uninterrupted one would have seen.
"""

STATE = "state.pt"


@dataclass(frozen=True)
class Recipe:
    """How long, how fast and from which seed.

    Attributes:
        peak_rate: of learning, reached after ``warmup`` (share of the steps), kept until ``flat_until``, then brought
            down to nothing along a cosine.
        averaging: the decay of the exponential moving average of the weights, which is what is kept; 0 for none.
        evaluate_every: steps between two looks at the development split and two saved states.
        bfloat16: multiply in bfloat16: on a processor that can (AMX) a step takes little more than half the time.
        keep: the weights that did best on the development split, or the last: of 30 clips one more or less is chance.
    """

    steps: int
    peak_rate: float
    seed: int
    warmup: float = 0.05
    flat_until: float = 0.05
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.01
    clip: float = 1.0
    averaging: float = 0.0
    evaluate_every: int = 200
    bfloat16: bool = False
    keep: Literal["best", "last"] = "best"
    report_every: int = 20

    def rate(self, step: int) -> float:
        """The learning rate at a step, 0 <= step < steps."""
        done = (step + 1) / self.steps
        if done <= self.warmup:
            return self.peak_rate * done / self.warmup
        if done <= self.flat_until:
            return self.peak_rate
        flat = max(self.warmup, self.flat_until)
        return self.peak_rate * 0.5 * (1 + math.cos(math.pi * (done - flat) / (1 - flat)))


@dataclass(frozen=True)
class Trained:
    """The weights that did best on the development split.

    Attributes:
        score: theirs, the higher the better.
        step: when they were reached.
        losses: of every step.
        seconds: of training, over all the pieces of an interrupted run.
    """

    score: float
    step: int
    losses: tuple[float, ...]
    seconds: float


def optimise(
    model: nn.Module,
    batch_of: BatchOf,
    loss_of: Callable[[nn.Module, Batch, int], Tensor],
    score_of: Callable[[nn.Module], float] | None,
    recipe: Recipe,
    folder: Path,
    *,
    device: str = "cpu",
    workers: int = 0,
    until: int | None = None,
    ranks: Ranks = ALONE,
    say: Callable[[str], None] = print,
) -> Trained:
    """Train ``model`` in place, leaving the best weights in it; go on where an earlier run into ``folder`` stopped.

    Args:
        loss_of: of the model, a batch on the model's device, and the step's number.
        score_of: of the model in inference mode, the higher the better; None: there is nothing to measure on, the last
            weights are kept.
        folder: where the state is kept.
        workers: processes that make batches; 0 for none.
        until: stop before this step, as if interrupted, with the best weights so far.
        ranks: the processes that train together; the first measures, saves and reports.
    """
    report = say if ranks.first else _silent
    model.to(device)
    groups = _groups(model, recipe.weight_decay)
    optimiser = torch.optim.AdamW(groups, lr=recipe.peak_rate, betas=recipe.betas, fused=True)
    average = copy.deepcopy(model) if recipe.averaging else model
    step, losses, seconds = 0, [], 0.0
    best: dict[str, Any] = {"score": -math.inf, "step": 0, "weights": None}
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / STATE).exists():
        state = torch.load(folder / STATE, map_location=device, weights_only=True)
        if state["recipe"] != repr(recipe):
            raise ValueError(f"{folder / STATE} is of another run, {state['recipe']}: name another folder")
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, losses, seconds, best = state["step"], state["losses"], state["seconds"], state["best"]
        report(f"going on from step {step}")
    end = recipe.steps if until is None else min(until, recipe.steps)
    began = time.monotonic() - seconds
    ranks.wait()  # until all have read the state that the first will write anew
    batches = Subset(Steps(batch_of), range(step * ranks.count + ranks.rank, end * ranks.count, ranks.count))
    on_gpu = torch.device(device).type == "cuda"
    fresh: list[Tensor] = []  # losses that are not fetched yet: to fetch one is to wait for the device
    for batch in DataLoader(batches, batch_size=None, num_workers=workers, pin_memory=on_gpu):
        torch.manual_seed((recipe.seed << 32) + step)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate(step)
        model.train()
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=recipe.bfloat16):
            there = {name: values.to(device, non_blocking=True) for name, values in batch.items()}
            loss = loss_of(model, there, step)
        optimiser.zero_grad()
        loss.backward()
        ranks.average(model.parameters())
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimiser.step()
        if average is not model:
            _move_towards(average, model, min(recipe.averaging, (1 + step) / (10 + step)))
        fresh.append(loss.detach())
        step += 1
        reporting = step % recipe.report_every == 0
        pausing = step % recipe.evaluate_every == 0 or step == end
        if reporting or pausing:
            losses += torch.stack(fresh).tolist()
            fresh.clear()
        seconds = time.monotonic() - began
        if reporting:
            recent = sum(losses[-recipe.report_every :]) / recipe.report_every
            left = seconds / step * (recipe.steps - step) / 60
            report(f"step {step}/{recipe.steps}  loss {recent:.3f}  {seconds / step:.2f} s a step  {left:.0f} min left")
        if step % recipe.evaluate_every == 0 or step == recipe.steps:
            score = _score(average, score_of) if score_of and ranks.first else -math.inf
            if score_of:
                report(f"step {step}/{recipe.steps}  development split: {score:.4f}")
            if score > best["score"]:
                best = {"score": score, "step": step, "weights": copy.deepcopy(average.state_dict())}
        if ranks.first and pausing:
            _save(folder, recipe, model, average, optimiser, step, losses, seconds, best)
    ranks.wait()  # until the first has saved the state
    if not score_of:
        best = {"score": math.nan, "step": step, "weights": average.state_dict()}
    elif recipe.keep == "last" and step == recipe.steps:
        best = {"score": _score(average, score_of), "step": step, "weights": average.state_dict()}
    model.load_state_dict(best["weights"] or average.state_dict())
    model.eval()
    return Trained(best["score"], best["step"], tuple(losses), seconds)


def _silent(line: str) -> None:
    """Progress is told by one."""


class Steps(Dataset[Batch]):
    """Batches by the number of their step, for the processes of a loader."""

    def __init__(self, batch_of: BatchOf) -> None:
        self._batch_of = batch_of

    def __getitem__(self, step: int) -> Batch:
        return self._batch_of(step)


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and scales do not."""
    matrices = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def _move_towards(average: nn.Module, model: nn.Module, decay: float) -> None:
    kept, new = list(average.state_dict().values()), list(model.state_dict().values())
    floats = [i for i, values in enumerate(kept) if values.is_floating_point()]
    get_ema_multi_avg_fn(decay)([kept[i] for i in floats], [new[i] for i in floats], None)
    with torch.no_grad():
        for i in set(range(len(kept))) - set(floats):
            kept[i].copy_(new[i])


def _score(model: nn.Module, score_of: Callable[[nn.Module], float]) -> float:
    model.eval()
    with torch.inference_mode():
        return score_of(model)


def _save(
    folder: Path,
    recipe: Recipe,
    model: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    step: int,
    losses: list[float],
    seconds: float,
    best: dict[str, Any],
) -> None:
    state = {
        "recipe": repr(recipe),
        "model": model.state_dict(),
        "average": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "losses": losses,
        "seconds": seconds,
        "best": best,
    }
    unfinished = folder / "state.part"
    torch.save(state, unfinished)
    unfinished.rename(folder / STATE)
