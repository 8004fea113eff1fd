"""Batch normalisation for the time that x-vectors are trained: afterwards it goes into the weights, and is gone."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class NormedRectifier(nn.Module):
    """Batch normalisation of each channel over clips and time, then the rectifier: float32 [n, time, channels]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, hidden: Tensor) -> Tensor:
        return nn.functional.relu(self.norm(hidden.transpose(1, 2)).transpose(1, 2))


def add_norms(model: Any) -> None:
    """Normalise before each rectifier of the time-delay layers of a ``WavLMForXVector``, and what is pooled; in place.

    The released models have none there and were trained on thousands of voices.  From nothing, on dozens, the five
    rectified layers soon give the same for every clip, and stay there: the loss keeps to that of a guess.
    """
    for layer in model.tdnn:
        layer.activation = NormedRectifier(layer.out_conv_dim)
    last = model.feature_extractor
    nn.init.normal_(last.weight, std=last.in_features**-0.5)
    nn.init.zeros_(last.bias)
    model.feature_extractor = nn.Sequential(nn.BatchNorm1d(last.in_features, affine=False), last)


def fold_norms(model: Any) -> None:
    """Undo :func:`add_norms` in place, so that the answers in inference mode stay what they were.

    A normalisation by running statistics is a factor and a shift for each channel, as the layer before it has them, or
    the one behind.
    """
    with torch.no_grad():
        for layer in model.tdnn:
            factor, shift = _affine(layer.activation.norm)
            layer.kernel.weight.mul_(factor[:, None])
            layer.kernel.bias.mul_(factor).add_(shift)
            layer.activation = nn.ReLU()
        norm, last = model.feature_extractor
        factor, shift = _affine(norm)
        last.bias.add_(last.weight @ shift)
        last.weight.mul_(factor)
        model.feature_extractor = last


def _affine(norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """Factor and shift of each channel, float32 [channels]."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    factor = (norm.running_var + norm.eps).rsqrt()
    shift = -norm.running_mean * factor
    return (factor, shift) if norm.weight is None else (factor * norm.weight, shift * norm.weight + norm.bias)
