"""Set the last layer of an untrained model so that what it gives depends strongly on what it hears.

Random networks say nearly the same of every sound: the answer hangs on their biases. So the last linear layer is
fitted to the activations that a few synthetic sounds cause: centred, and turned to the directions in which they
differ most. Nothing is learned: the directions get random meanings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn

Sound = TypeVar("Sound")


def activations(layer: nn.Linear, sounds: Iterable[Sound], hear: Callable[[Sound], object]) -> Tensor:
    """What arrives at `layer` while `hear` runs the model on each sound: (rows, layer.in_features), float32."""
    rows: list[Tensor] = []

    def keep(_: nn.Module, arriving: tuple[Tensor, ...]) -> None:
        rows.append(arriving[0].detach().reshape(-1, layer.in_features))

    hook = layer.register_forward_pre_hook(keep)
    try:
        with torch.inference_mode():
            for sound in sounds:
                hear(sound)
    finally:
        hook.remove()
    return torch.cat(rows).clone()


def spread(layer: nn.Linear, rows: Tensor, gain: float, directions: int) -> None:
    """Refit `layer` in place: over `rows` each output has mean 0 and standard deviation `gain`.

    Args:
        rows: activations, (n, layer.in_features); n should exceed `directions`.
        directions: how many principal directions of the rows the outputs are mixed from, at random.
    """
    mean = rows.mean(dim=0)
    _, singular, axes = torch.linalg.svd(rows - mean, full_matrices=False)
    directions = min(directions, int((singular > 1e-3 * singular[0]).sum()))
    deviations = singular[:directions] / (len(rows) - 1) ** 0.5
    # The sign of a singular vector is arbitrary: fix it, so that the same seed gives the same weights.
    axes = axes[:directions] * axes[:directions].sum(dim=1, keepdim=True).sign()
    mixing = nn.functional.normalize(torch.randn(layer.out_features, directions), dim=1)
    # Damped, so that the faintest differences, which rounding could cause as well, are not blown up the most.
    weight = mixing @ (axes / (deviations**2 + (0.2 * deviations[0]) ** 2).sqrt()[:, None])
    weight *= gain / ((rows - mean) @ weight.T).std(dim=0, keepdim=True).T
    with torch.no_grad():
        layer.weight.copy_(weight)
        if layer.bias is not None:
            layer.bias.copy_(-weight @ mean)


def favour(layer: nn.Linear, rows: Tensor, output: int, share: float) -> None:
    """Shift the bias of one output of `layer`, in place, so that it is the greatest in `share` of the rows."""
    with torch.no_grad():
        given = layer(rows)
        others = given.clone()
        others[:, output] = -torch.inf
        lead = others.max(dim=1).values - given[:, output]
        layer.bias[output] += torch.quantile(lead, share)
