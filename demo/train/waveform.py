"""What the four speech models share: their front end, and how it starts."""

from __future__ import annotations

from typing import Any

import librosa
import numpy as np
import torch
from torch import Tensor
from transformers import Wav2Vec2FeatureExtractor

RATE_HZ = 16_000
N_MELS = 80
PHASES = 4
KERNEL = 400
LOWEST_HZ = 60.0

FRONT_END: dict[str, Any] = {
    "conv_dim": (N_MELS * PHASES, 256, 192),
    "conv_kernel": (KERNEL, 3, 3),
    "conv_stride": (160, 2, 1),
    "num_feat_extract_layers": 3,
    "feat_extract_norm": "layer",
    "conv_bias": True,
    "do_stable_layer_norm": True,
    "num_conv_pos_embeddings": 32,
    "num_conv_pos_embedding_groups": 8,
    # No dropout: its random numbers are a quarter of a step on a CPU, and attention takes a slow path.
    "hidden_dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "feat_proj_dropout": 0.0,
    "final_dropout": 0.0,
    "layerdrop": 0.0,
    "apply_spec_augment": False,
    "mask_time_prob": 0.0,
}
"""Settings of wav2vec 2.0, HuBERT and WavLM: three convolutions in place of seven, a frame each 20 ms."""


def extractor() -> Wav2Vec2FeatureExtractor:
    """Mean 0 and variance 1 over the clip: the level says nothing."""
    return Wav2Vec2FeatureExtractor(sampling_rate=RATE_HZ, do_normalize=True, return_attention_mask=False)


def normalise(clip: np.ndarray) -> np.ndarray:
    """As the extractor does: float32 [n]."""
    return ((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7)).astype(np.float32)


def centres_hz() -> np.ndarray:
    """Of the bands, evenly spaced in mel: float64 [80]."""
    return librosa.mel_frequencies(N_MELS + 2, fmin=LOWEST_HZ, fmax=RATE_HZ / 2)[1:-1]


def gabor_filters() -> Tensor:
    """Sines under a bell at mel-spaced frequencies, each in four phases: [320, 1, 400], unit energy.

    As broad in frequency as the mel bands are apart, where 25 ms allow it.
    """
    hz = librosa.mel_frequencies(N_MELS + 2, fmin=LOWEST_HZ, fmax=RATE_HZ / 2)
    centres, widths = hz[1:-1, None], (hz[2:] - hz[:-2])[:, None] / 2
    time = (np.arange(KERNEL) - (KERNEL - 1) / 2) / RATE_HZ
    spread = np.minimum(1 / (2 * np.pi * 0.5 * widths), KERNEL / RATE_HZ / 5)
    bell = np.exp(-0.5 * (time / spread) ** 2)
    waves = [bell * np.cos(2 * np.pi * centres * time + phase * 2 * np.pi / PHASES) for phase in range(PHASES)]
    filters = np.stack(waves, axis=1).reshape(N_MELS * PHASES, 1, KERNEL)
    return torch.from_numpy(filters / np.sqrt((filters**2).sum(axis=-1, keepdims=True))).float()


def start_as_mel_bank(feature_encoder: Any) -> None:
    """Set the first convolution to Gabor filters and part of the second to the sum of their phases, in place.

    GELU lets the positive half of each phase through, so that the sum follows the envelope of the band.  From a random
    start such a small model stays deaf for hundreds of steps.
    """
    first, second = (layer.conv for layer in feature_encoder.conv_layers[:2])
    with torch.no_grad():
        first.weight.copy_(gabor_filters())
        first.bias.zero_()
        second.weight[:N_MELS] = 0.0
        second.bias[:N_MELS] = 0.0
        for band in range(N_MELS):
            second.weight[band, PHASES * band : PHASES * (band + 1)] = 1.0 / (PHASES * second.kernel_size[0])
