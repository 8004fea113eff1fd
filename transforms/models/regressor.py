"""Emotion dimensions: how aroused, dominant and positive a voice sounds, by wav2vec 2.0, HuBERT or WavLM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from schemas.dimensions import DIMENSIONS, Dimensions
from transforms.models.checkpoint import CONFIG, Located, read_config
from transforms.models.compiled import in_engine
from transforms.models.engines import IN_TORCH, Engine
from transforms.models.features import as_clips, shortest_waveform, waveforms
from transforms.models.graphs import with_graphs
from transforms.models.padding import heed_lengths, pads_on
from transforms.models.parts import suit_gpu
from transforms.models.transfer import brought, passing
from transforms.models.weights import load


class Regressor:
    """Arousal, dominance and valence of each clip, as the model gives them: nothing is clipped or rescaled."""

    padded_seconds: float | None = None
    max_seconds: float | None = None

    def __init__(self, located: Located, *, device: str, precision: str, engine: Engine = IN_TORCH) -> None:
        from transforms.models.regression import AutoModelForSpeechRegression

        self._order = order_of(located, read_config(located))
        loaded = load(located, AutoModelForSpeechRegression, device=device, precision=precision, engine=engine)
        heed_lengths(loaded.model)
        if pads_on(loaded.device):
            suit_gpu(loaded)
        self._loaded = with_graphs(in_engine(loaded, engine, "logits", "regressor"), "logits")
        self.pads = pads_on(loaded.device)
        self.model_id = loaded.model_id
        self.rate = loaded.rate
        self.min_samples = shortest_waveform(loaded.model.config)

    def __call__(self, clips: Sequence[np.ndarray]) -> list[Dimensions]:
        """The dimensions of each clip, as for the clip alone."""
        return self.begin(clips)() if clips else []

    def begin(self, clips: Sequence[np.ndarray]) -> Callable[[], list[Dimensions]]:
        """Hand clips to the device: see :class:`transforms.models.door.Begins`."""
        inputs = waveforms(self._loaded, as_clips(clips))
        with passing(self._loaded.device):
            wait = brought(self._loaded.model(**inputs).logits.float())  # [n_clips, 3]
        return lambda: [Dimensions(*map(float, row[self._order])) for row in wait()[0]]


def order_of(located: Located, config: Any) -> list[int]:
    """Where arousal, dominance and valence stand among what the model gives.

    Raises:
        ModelError: a model of other things, or one that does not say which of its numbers is which; one whose frames
            become one vector in another way than by their mean.
    """
    named = {str(name).casefold(): number for number, name in config.id2label.items()}
    if sorted(named) != sorted(DIMENSIONS):
        raise located.error(
            f"id2label in its {CONFIG} names {', '.join(map(str, config.id2label.values()))}: expected arousal, "
            "dominance and valence, in the order in which the model gives them"
        )
    if (pooling := getattr(config, "pooling_mode", "mean")) != "mean":
        raise located.error(f"its {CONFIG} says pooling_mode {pooling}: only the mean over time is computed here")
    return [named[name] for name in DIMENSIONS]
