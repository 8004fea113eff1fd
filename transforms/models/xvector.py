"""Voices as vectors: the x-vector heads on WavLM and wav2vec 2.0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from transforms.models.checkpoint import Located
from transforms.models.compiled import in_engine
from transforms.models.embedder import unit_length
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.features import as_clips, shortest_waveform, waveforms
from transforms.models.graphs import with_graphs
from transforms.models.padding import heed_lengths, pads_on
from transforms.models.parts import suit_gpu
from transforms.models.transfer import brought, passing
from transforms.models.weights import load


class XVector:
    """Speaker vectors of unit length: the dot product of two is their cosine."""

    padded_seconds: float | None = None
    max_seconds: float | None = None

    def __init__(self, located: Located, *, device: str, precision: str, engine: Engine = IN_TORCH) -> None:
        from transformers import AutoModelForAudioXVector

        loaded = load(located, AutoModelForAudioXVector, device=device, precision=precision, engine=engine)
        heed_lengths(loaded.model)
        if pads_on(loaded.device):
            suit_gpu(loaded)
        self._loaded = with_graphs(in_engine(loaded, engine, "embeddings", "xvector"), "embeddings")
        self.pads = pads_on(loaded.device)
        self.dimension: int = loaded.model.config.xvector_output_dim
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.min_samples = shortest_voice(loaded.model.config)

    def __call__(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """A float32 vector [dimension] for each clip, as for the clip alone."""
        return self.begin(clips)() if clips else []

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[np.ndarray]]:
        """Hand clips to the device: see :class:`transforms.models.door.Begins`."""
        inputs = waveforms(self._loaded, as_clips(clips))
        with passing(self._loaded.device):
            wait = brought(unit_length(self._loaded.model(**inputs).embeddings))
        return lambda: list(wait()[0])


def shortest_voice(config: Any) -> int:
    """How few samples give a finite vector: 5,200 (0.325 s) for the published checkpoints.

    The head pools mean and standard deviation over the frames that its time-delay layers leave, and
    the (unbiased) deviation of a single frame is NaN: two have to be left.
    """
    taken = sum((k - 1) * d for k, d in zip(config.tdnn_kernel, config.tdnn_dilation, strict=True))
    return shortest_waveform(config, frames=taken + 2)
