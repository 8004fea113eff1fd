"""What a recogniser of speech is given of a clip, waveform or spectra, and how many frames it makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import torch

from transforms.models.engines import OPENVINO, Engine
from transforms.models.features import shortest_waveform, waveforms
from transforms.models.loaded import Loaded
from transforms.models.mels import HOP
from transforms.models.padding import heed_lengths, pads_on, rung
from transforms.models.parts import suit_gpu
from transforms.models.positions import settle_positions
from transforms.models.spectra import MAKERS, rows_of, shortest_clip, spectra_of
from transforms.models.transfer import passing

PADS = ("wav2vec2", "hubert", "wavlm", "unispeech", "unispeech-sat")
"""Types of models on waveforms that hear a clip in a padded batch as they hear it alone.

The others let the padding into the frames of the clip, and are given clips of one length only: data2vec in the second
of its positional convolutions, the Conformer in the convolution of each layer, SEW where it joins two frames into one.
"""


class Front(Protocol):
    """How clips come into a model.

    Attributes:
        ratio: samples from one frame of the model's output to the next.
        min_samples: the shortest clip that there is a frame for, all numbers of it finite.
        mixes: clips of several lengths may be in one batch.
    """

    ratio: int
    min_samples: int
    mixes: bool

    def inputs(self, clips: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
        """What the model is called with, on its device."""
        ...

    def frames(self, clips: Sequence[np.ndarray]) -> list[int]:
        """How many frames of the output belong to each clip."""
        ...


def front_of(loaded: Loaded) -> Front:
    """The front that suits the extractor; the model is prepared for it, in place."""
    settle_positions(loaded.model)
    return OfSpectra(loaded) if type(loaded.extractor).__name__ in MAKERS else OfWaveforms(loaded)


def mixes(front: Front, engine: Engine) -> bool:
    """Whether clips of several lengths may be in one batch.

    OpenVINO is given clips of one length: what it traces of LASR looks at the padding behind a shorter one.
    """
    return front.mixes and engine.name != OPENVINO


T = TypeVar("T")


def one_by_one(
    begin: Callable[[Sequence[np.ndarray]], Callable[[], list[T]]], clips: Sequence[np.ndarray]
) -> Callable[[], list[T]]:
    """Begin each clip alone; what it gives waits for all of them."""
    begun = [begin([clip]) for clip in clips]
    return lambda: [result for wait in begun for result in wait()]


class OfWaveforms:
    """For wav2vec 2.0 and its kin."""

    def __init__(self, loaded: Loaded) -> None:
        config = loaded.model.config
        heed_lengths(loaded.model)
        if pads_on(loaded.device):
            suit_gpu(loaded)
        self._loaded = loaded
        self.mixes = config.model_type in PADS and not has_adapter(config)
        self.ratio = config.inputs_to_logits_ratio * adapter_ratio(config)
        # SEW joins so many frames before its first layer.
        self.min_samples = shortest_waveform(config, getattr(config, "squeeze_factor", 1))

    def inputs(self, clips: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
        """``input_values`` [n_clips, n_samples], with an ``attention_mask`` where there is padding."""
        return waveforms(self._loaded, clips, pads=self.mixes and pads_on(self._loaded.device))

    def frames(self, clips: Sequence[np.ndarray]) -> list[int]:
        """How many frames of the output belong to each clip."""
        lengths = torch.tensor([len(clip) for clip in clips])
        return self._loaded.model._get_feat_extract_output_lengths(lengths).tolist()


class OfSpectra:
    """For Parakeet, Granite Speech, LASR and Wav2Vec2-BERT: log-mel spectra, which always come with their mask."""

    def __init__(self, loaded: Loaded) -> None:
        extractor = loaded.extractor
        self._loaded = loaded
        self.mixes = not has_adapter(loaded.model.config)
        self.ratio = spectral_ratio(loaded.model.config, extractor)
        least = shortest_clip(extractor)
        self.min_samples = next(n for n in range(least, least + 100 * self.ratio) if self._lengths([n])[0] > 0)

    def inputs(self, clips: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
        """``input_features`` [n_clips, n_frames, n_features] and ``attention_mask``, bool [n_clips, n_frames]."""
        with passing(self._loaded.device):
            made = spectra_of(clips, self._loaded.extractor, self._loaded.device)
            features = made.features
            if self.mixes and pads_on(self._loaded.device):
                features = torch.nn.functional.pad(features, (0, 0, 0, rung(features.shape[1]) - features.shape[1]))
            mask = torch.arange(features.shape[1], device=features.device) < made.frames[:, None]
            return {"input_features": self._loaded.place(features), "attention_mask": mask}

    def frames(self, clips: Sequence[np.ndarray]) -> list[int]:
        """How many frames of the output belong to each clip."""
        return self._lengths([len(clip) for clip in clips])

    def _lengths(self, samples: list[int]) -> list[int]:
        model, rows = self._loaded.model, rows_of(torch.tensor(samples), self._loaded.extractor)
        count: Any = getattr(model, "_get_subsampling_output_length", None) or model._get_feat_extract_output_lengths
        return [int(n) for n in count(rows)]


def has_adapter(config: Any) -> bool:
    """Whether there are convolutions behind the encoder, which join frames and look at padding."""
    return bool(getattr(config, "add_adapter", False))


def adapter_ratio(config: Any) -> int:
    """Frames that these convolutions join into one; 1 where there are none."""
    return int(config.adapter_stride**config.num_adapter_layers) if has_adapter(config) else 1


def spectral_ratio(config: Any, extractor: Any) -> int:
    """Samples from one frame of the output to the next, of a model that hears spectra."""
    encoder = getattr(config, "encoder_config", config)
    match type(extractor).__name__:
        case "GraniteSpeech5FeatureExtractor":
            return extractor.hop_length * 2 * 2 ** len(encoder.subsample_layers)
        case "LasrFeatureExtractor":
            return extractor.hop_length * encoder.subsampling_conv_stride**2
        case "SeamlessM4TFeatureExtractor":
            return HOP * extractor.stride * adapter_ratio(config)
        case _:
            layers = int(math.log2(encoder.subsampling_factor))
            return extractor.hop_length * encoder.subsampling_conv_stride**layers
