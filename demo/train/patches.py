"""How the models of spectrograms start: their patches as cosine transforms."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn


def cosines(height: int, width: int, count: int) -> Tensor:
    """The smoothest ``count`` patterns of the two-dimensional cosine transform (DCT-II): [count, height, width].

    Each is as strong as it is fine: spectra hold the less of a pattern the finer it is (about 1/f), so that all
    coefficients come out about as large.
    """
    waves = [
        np.cos(np.pi * np.outer(np.arange(n), np.arange(n) + 0.5) / n) * np.where(np.arange(n)[:, None], 2**0.5, 1)
        for n in (height, width)
    ]
    fineness = np.hypot(np.arange(height)[:, None] / height, np.arange(width) / width).ravel()
    chosen = np.argsort(fineness, kind="stable")[:count]
    patterns = np.einsum("uy,vx->uvyx", *waves).reshape(height * width, height, width)[chosen]
    strength = np.maximum(6 * fineness[chosen] * max(height, width), 1) / (height * width)
    return torch.from_numpy(patterns * strength[:, None, None]).float()


def start_as_cosines(projection: nn.Conv2d) -> None:
    """Set the projection of the patches, in place.

    From random patterns a model this small, with a hundred recordings to learn from, takes thousands of steps to find
    what MFCCs have from the start.
    """
    height, width = projection.kernel_size[0], projection.kernel_size[-1]
    with torch.no_grad():
        projection.weight.copy_(cosines(height, width, projection.out_channels)[:, None])
        if projection.bias is not None:
            projection.bias.zero_()
