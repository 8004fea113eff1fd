"""What the extractors of Parakeet, Granite Speech, LASR and Wav2Vec2-BERT make of clips, for a batch and on any device.

Each clip comes out as the extractor has it for the clip alone; what lies behind a shorter one is zero.  Granite's
extractor is written out because it needs torchaudio, Wav2Vec2-BERT's because it computes in numpy and clip by clip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers.audio_utils import mel_filter_bank

from transforms.models.mels import FFT, FLOOR, FRAME, HOP, PREEMPHASIS
from transforms.models.transfer import sent, staged

EPSILON = 1e-5
"""What Parakeet adds to a deviation before it divides by it."""


@dataclass(frozen=True)
class Spectra:
    """The input of a model that hears spectra.

    Attributes:
        features: float32 [n_clips, n_frames, n_features] on the device.
        frames: of each clip that are its own, int64 [n_clips]; the model is to look at no others.
    """

    features: Tensor
    frames: Tensor


@dataclass(frozen=True)
class GraniteSpeech5FeatureExtractor:
    """The settings of the extractor of this name: log-mel spectra with their deltas, two frames side by side.

    Attributes:
        sampling_rate: in Hz.
        n_fft, win_length, hop_length: in samples.
        delta_win_length: frames that a delta looks at.
        logmel_floor_db: how far below the loudest a band counts, in bels.
    """

    sampling_rate: int = 16_000
    num_mel_bins: int = 80
    n_fft: int = 512
    win_length: int = 400
    hop_length: int = 160
    delta_win_length: int = 3
    logmel_floor_db: float = 8.0

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Self:
        """From what stands in a checkpoint's file."""
        return cls(**{field.name: settings[field.name] for field in fields(cls) if field.name in settings})


def spectra_of(clips: Sequence[np.ndarray], extractor: Any, device: torch.device) -> Spectra:
    """The spectra of clips of any lengths.

    Args:
        clips: float32 [n_samples], of :func:`shortest_clip` samples at least.
        extractor: of one of the classes in :data:`MAKERS`.
    """
    lengths = staged((len(clips),), device, torch.int64)
    samples = staged((len(clips), max(map(len, clips))), device)
    for i, clip in enumerate(clips):
        lengths[i] = len(clip)
        samples.numpy()[i, : len(clip)] = clip
    make = MAKERS[type(extractor).__name__]
    return make(sent(samples, device, torch.float32), sent(lengths, device, torch.int64), extractor)


def rows_of(lengths: Tensor, extractor: Any) -> Tensor:
    """How many rows the spectra of clips of so many samples have, where each is alone: int64 [n_clips]."""
    match type(extractor).__name__:
        case "LasrFeatureExtractor":
            return (lengths - extractor.win_length) // extractor.hop_length + 1
        case "SeamlessM4TFeatureExtractor":
            return -(-((lengths - FRAME) // HOP + 1) // extractor.stride)
        case "GraniteSpeech5FeatureExtractor":
            return -(-(lengths // extractor.hop_length) // 2)
        case _:
            return lengths // extractor.hop_length


def shortest_clip(extractor: Any) -> int:
    """Samples of the shortest clip that the extractor gives finite numbers for."""
    match type(extractor).__name__:
        case "ParakeetFeatureExtractor":  # it divides by the deviation over time, of which one frame has none
            return 2 * int(extractor.hop_length)
        case "SeamlessM4TFeatureExtractor":
            return FRAME + HOP
        case "LasrFeatureExtractor":
            return int(extractor.win_length)
        case _:  # the window about the first sample is mirrored there
            return max(int(extractor.n_fft) // 2 + 1, int(extractor.hop_length))


def _parakeet(samples: Tensor, lengths: Tensor, extractor: Any) -> Spectra:
    if extractor.preemphasis is not None:
        inside = torch.arange(samples.shape[1], device=samples.device) < lengths[:, None]
        less = samples[:, 1:] - extractor.preemphasis * samples[:, :-1]
        samples = torch.cat([samples[:, :1], less], dim=1).masked_fill(~inside, 0.0)
    mels = extractor._torch_extract_fbank_features(samples, samples.device)
    frames = rows_of(lengths, extractor)
    return Spectra(_standardised(mels, frames, lambda variance: variance.sqrt() + EPSILON), frames)


def _lasr(samples: Tensor, lengths: Tensor, extractor: Any) -> Spectra:
    mels = extractor._torch_extract_fbank_features(samples, samples.device).float()
    frames = rows_of(lengths, extractor)
    return Spectra(mels * _inside(mels, frames), frames)


def _seamless(samples: Tensor, lengths: Tensor, extractor: Any) -> Spectra:
    """Kaldi's filter banks of samples as 16-bit numbers, each band standardised over the clip, frames side by side."""
    frames = (lengths - FRAME) // HOP + 1
    cut = samples.double().unfold(1, FRAME, HOP) * 2**15
    cut = cut - cut.mean(dim=-1, keepdim=True)
    cut = torch.cat([cut[..., :1] * (1 - PREEMPHASIS), cut[..., 1:] - PREEMPHASIS * cut[..., :-1]], dim=-1)
    window = torch.hann_window(FRAME, periodic=False, dtype=cut.dtype, device=cut.device) ** 0.85
    power = torch.fft.rfft(cut * window, FFT).abs().square()
    filters = torch.as_tensor(extractor.mel_filters, dtype=cut.dtype, device=cut.device)
    mels = (power @ filters).clamp(min=FLOOR).log().float()
    mels = _standardised(mels, frames, lambda variance: (variance + 1e-7).sqrt())
    mels = mels.masked_fill(~_inside(mels, frames), float(extractor.padding_value))
    stride = extractor.stride
    mels = pad(mels, (0, 0, 0, -mels.shape[1] % stride), value=float(extractor.padding_value))
    # A row of frames side by side counts where its second frame does.
    return Spectra(mels.reshape(len(mels), -1, stride * mels.shape[-1]), (frames + stride - 2) // stride)


def _granite(samples: Tensor, lengths: Tensor, extractor: GraniteSpeech5FeatureExtractor) -> Spectra:
    """Clip by clip: the end of a clip is mirrored, and its loudest band is the measure of all others."""
    made = [_granite_clip(clip[: int(n)], extractor) for clip, n in zip(samples, lengths, strict=True)]
    features = torch.nn.utils.rnn.pad_sequence(made, batch_first=True)
    return Spectra(features, torch.tensor([len(clip) for clip in made], device=samples.device))


def _granite_clip(clip: Tensor, extractor: GraniteSpeech5FeatureExtractor) -> Tensor:
    """Float32 [n_frames, 4 * num_mel_bins] of [n_samples]."""
    frames = 2 * -(-(len(clip) // extractor.hop_length) // 2)
    clip = pad(clip, (0, max(0, (frames - 1) * extractor.hop_length + 1 - len(clip))))
    window = torch.hann_window(extractor.win_length, device=clip.device)
    spectrum = torch.stft(
        clip,
        extractor.n_fft,
        extractor.hop_length,
        extractor.win_length,
        window,
        pad_mode="reflect",
        return_complex=True,
    )
    filters = torch.as_tensor(_htk_filters(extractor), device=clip.device)
    mels = (spectrum.abs().square().T @ filters)[:frames].clamp(min=1e-10).log10()
    mels = torch.maximum(mels, mels.max() - extractor.logmel_floor_db) / 4 + 1
    return torch.cat([mels, _deltas(mels, extractor.delta_win_length)], dim=-1).reshape(frames // 2, -1)


def _deltas(mels: Tensor, frames: int) -> Tensor:
    """The slope of each band over a few frames; at the ends the first and the last frame stand again."""
    half = (frames - 1) // 2
    held = torch.cat([mels[:1].expand(half, -1), mels, mels[-1:].expand(half, -1)])
    slopes = sum(step * held[half + step : half + step + len(mels)] for step in range(-half, half + 1))
    return slopes / (2 * sum(step**2 for step in range(1, half + 1)))  # type: ignore[return-value]


@cache
def _htk_filters(extractor: GraniteSpeech5FeatureExtractor) -> np.ndarray:
    """Torchaudio's default mel filters, float32 [n_frequencies, num_mel_bins]."""
    return mel_filter_bank(
        num_frequency_bins=extractor.n_fft // 2 + 1,
        num_mel_filters=extractor.num_mel_bins,
        min_frequency=0.0,
        max_frequency=extractor.sampling_rate / 2,
        sampling_rate=extractor.sampling_rate,
        norm=None,
        mel_scale="htk",
    ).astype(np.float32)


def _standardised(mels: Tensor, frames: Tensor, deviation: Callable[[Tensor], Tensor]) -> Tensor:
    """Each band of a clip with mean 0 and its unbiased variance 1 over the clip's own frames, zeros behind them."""
    inside = _inside(mels, frames)
    counts = frames[:, None, None]
    mean = (mels * inside).sum(1, keepdim=True) / counts
    centred = (mels - mean) * inside
    variance = centred.square().sum(1, keepdim=True) / (counts - 1)
    return centred / deviation(variance)


def _inside(mels: Tensor, frames: Tensor) -> Tensor:
    """Which frames are a clip's own, bool [n_clips, n_frames, 1]."""
    return (torch.arange(mels.shape[1], device=mels.device) < frames[:, None])[..., None]


MAKERS: dict[str, Callable[[Tensor, Tensor, Any], Spectra]] = {
    "ParakeetFeatureExtractor": _parakeet,
    "GraniteSpeech5FeatureExtractor": _granite,
    "LasrFeatureExtractor": _lasr,
    "SeamlessM4TFeatureExtractor": _seamless,
}
"""By the name of the extractor's class: float32 [n_clips, n_samples] and the lengths in samples to spectra."""
