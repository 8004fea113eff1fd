"""Clips as the models want them: what Hugging Face's extractors make of each clip alone, for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from transforms.models.loaded import Loaded
from transforms.models.mels import clap_spectra, kaldi_spectra
from transforms.models.padding import pads_on, rung
from transforms.models.transfer import staged


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


def waveforms(loaded: Loaded, clips: Sequence[np.ndarray], pads: bool | None = None) -> dict[str, torch.Tensor]:
    """Input of wav2vec 2.0 and its kin: ``input_values`` [n_clips, n_samples].

    Clips of several lengths are padded to the longest, on a GPU a little beyond
    (:func:`transforms.models.padding.rung`), and come with an ``attention_mask``, which a model needs that
    :func:`transforms.models.padding.heed_lengths` has prepared.  Where all have that length there is none:
    it would mark every sample.

    Args:
        pads: beyond the longest; left out, as the device likes it.
    """
    lengths = [len(clip) for clip in clips]
    pads = pads_on(loaded.device) if pads is None else pads
    longest = rung(max(lengths)) if pads else max(lengths)
    values = staged((len(clips), longest), loaded.device)
    for row, clip in zip(values.numpy(), clips, strict=True):
        if loaded.extractor.do_normalize:
            _normalise(clip, row[: len(clip)])
        else:
            row[: len(clip)] = clip
    made = {"input_values": loaded.place(values)}
    if min(lengths) < longest:
        # Of the mask only the lengths travel.
        counts = staged((len(clips), 1), loaded.device, torch.int64)
        counts[:, 0] = torch.tensor(lengths)
        ends = loaded.place(counts)
        made["attention_mask"] = (torch.arange(longest, device=ends.device) < ends).to(torch.int64)
    return made


def _normalise(clip: np.ndarray, out: np.ndarray) -> None:
    """To mean 0 and variance 1, to the bit as the extractor does it, in five passes over the clip instead of eight."""
    np.subtract(clip, clip.mean(), out=out)
    out /= np.sqrt(np.square(out).mean() + 1e-7)


def filter_banks(loaded: Loaded, clips: Sequence[np.ndarray]) -> torch.Tensor:
    """Input of AST: [n_clips, max_length, num_mel_bins] in the model's precision."""
    return loaded.place(kaldi_spectra(clips, loaded.extractor, loaded.device))


def clap_inputs(loaded: Loaded, clips: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
    """Input of CLAP: ``input_features`` [n_clips, 1 or 4, n_frames, n_mels] and ``is_longer`` [n_clips, 1].

    Of the fused checkpoints each clip is marked as longer, as the extractor marks a clip alone; over a
    batch it would draw lots which one to mark.
    """
    features = loaded.place(clap_spectra(clips, loaded.extractor, loaded.device))
    marked = torch.full((len(clips), 1), loaded.extractor.truncation == "fusion", device=features.device)
    return {"input_features": features, "is_longer": marked}


def extracted(loaded: Loaded, clips: Sequence[np.ndarray], **options: Any) -> dict[str, torch.Tensor]:
    """What the extractor gives for the clips together, on the model's device.

    For the extractor of Whisper, which computes in torch and each clip for itself.

    Args:
        options: passed to the extractor.
    """
    made = loaded.extractor(
        list(clips), sampling_rate=loaded.rate, return_tensors="pt", device=str(loaded.device), **options
    )
    return {name: loaded.place(tensor) for name, tensor in made.items()}


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
