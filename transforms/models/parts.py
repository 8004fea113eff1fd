"""The convolutions of wav2vec 2.0's family on a part of a batch at a time: they hold most of what a pass needs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from transforms.models.attention import fuse_attention, mask_frames_there
from transforms.models.loaded import Loaded
from transforms.models.padding import MaskedGroupNorm

PART_SECONDS = 40.0
"""Audio in a part.  The first convolution of wav2vec2-base makes 1.6 million numbers of a second, and its norm and its
activation as many again; nothing behind the convolutions makes a tenth of that."""


def suit_gpu(loaded: Loaded) -> None:
    """Have a model of wav2vec 2.0's family hand its passes to a GPU without a pause, and need little of its memory."""
    fuse_attention(loaded.model)
    mask_frames_there(loaded.model)
    convolve_in_parts(loaded.model, round(PART_SECONDS * loaded.rate))


def convolve_in_parts(model: Any, samples: int) -> None:
    """Have the feature encoder of a model hear a few rows of a batch after the other: the same, in less memory.

    Call it behind :func:`transforms.models.padding.heed_lengths`, whose norm has to know which rows it hears.

    Args:
        model: of a class with the feature encoder of wav2vec 2.0.  It changes in place.
        samples: in a part; a longer row is heard alone.
    """
    encoder = model.base_model.feature_extractor
    norm = getattr(encoder.conv_layers[0], "layer_norm", None)
    whole = encoder.forward

    def forward(values: Tensor) -> Tensor:
        rows = max(1, samples // values.shape[1])
        if rows >= len(values):
            return whole(values)
        starts = range(0, len(values), rows)
        if not isinstance(norm, MaskedGroupNorm):
            return torch.cat([whole(values[i : i + rows]) for i in starts])
        made = []
        for i in starts:
            with norm.rows(i, i + rows):
                made.append(whole(values[i : i + rows]))
        return torch.cat(made)

    encoder.forward = forward
