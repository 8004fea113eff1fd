"""Clips as the models want them, made by Hugging Face's extractors clip by clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from transforms.models.weights import Loaded


def as_clips(clips: Sequence[np.ndarray], longest: int | None = None) -> list[np.ndarray]:
    """Clips as float32 vectors.

    Raises:
        ValueError: a clip of more than one axis, or of more than ``longest`` samples.
    """
    vectors = [np.asarray(clip, dtype=np.float32) for clip in clips]
    for vector in vectors:
        if vector.ndim != 1:
            raise ValueError(f"a clip has the shape {vector.shape}; one axis of mono samples is wanted")
        if longest is not None and len(vector) > longest:
            raise ValueError(f"a clip has {len(vector)} samples; this model takes at most {longest}")
    return vectors


def stacked(loaded: Loaded, clips: Sequence[np.ndarray], **options: Any) -> dict[str, torch.Tensor]:
    """What the extractor gives for each clip alone, one clip a row, on the model's device.

    All clips have to come out in one shape: of one length for the models that hear the waveform.

    Args:
        options: passed to the extractor.
    """
    made = [loaded.extractor(clip, sampling_rate=loaded.rate, return_tensors="pt", **options) for clip in clips]
    return {name: loaded.place(torch.cat([one[name] for one in made])) for name in made[0]}


def shortest_waveform(config: Any, frames: int = 1) -> int:
    """How few samples give ``frames`` frames in wav2vec 2.0, HuBERT or WavLM.

    The receptive field of the convolutions: with kernel k and stride s a layer needs
    ``(n - 1) * s + k`` inputs for n outputs; 400 samples (25 ms) for one frame of the published
    checkpoints.
    """
    samples = frames
    for kernel, stride in reversed(list(zip(config.conv_kernel, config.conv_stride, strict=True))):
        samples = (samples - 1) * stride + kernel
    return samples
