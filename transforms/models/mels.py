"""What the extractors of AST and CLAP make of clips, for a whole batch at once and on any device.

In float64, as here for inference, a core makes spectra for AST at three times the speed of the extractor
(1,600 seconds of audio a second against 520) and for CLAP at its speed (700); in float32, as in training,
at 3,800 and 2,200.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor
from transformers.audio_utils import mel_filter_bank

from transforms.models.transfer import passing, sent, staged

FRAME, HOP, FFT = 400, 160, 512
PREEMPHASIS = 0.97
FLOOR = 1.192092955078125e-07
"""Kaldi's filter banks at 16 kHz: samples in a frame, from one to the next and in a Fourier transform; least energy."""

AT_ONCE = 8
"""Clips whose spectra are in memory together."""

_THERE: MutableMapping[Any, dict[torch.device, Tensor]] = WeakKeyDictionary()


def log_mels(clips: Tensor, extractor: Any, lengths: Tensor | None = None) -> Tensor:
    """Kaldi's filter banks as the extractor makes them: [n_clips, max_length, num_mel_bins] of [n_clips, n_samples].

    The end of a clip that is short is padded, the rest of a long one cut.  The precision is that of
    the clips: in float64 they differ from the extractor's by less than 1e-6, in float32 by 1e-4, and
    by up to 2e-3 in the quiet bands beside a loud tone.

    Args:
        extractor: an ``ASTFeatureExtractor``.
        lengths: of the clips in samples, where they are filled up behind their ends.  The extractor pads spectra, not
            samples, and what it pads with is no silence: a model that learnt from padded samples would not know it.
    """
    window = torch.hann_window(FRAME, periodic=False, dtype=clips.dtype, device=clips.device)
    # Kaldi takes the mean off each frame and then the share of the sample before.  Of the mean, 1 - 0.97 is left;
    # the first sample of a frame, which has none before it, meets the zero with which the window begins.
    less = torch.nn.functional.pad(clips[:, 1:] - PREEMPHASIS * clips[:, :-1], (1, 0))
    means = clips.unfold(1, FRAME, HOP)[:, : extractor.max_length].mean(dim=-1, keepdim=True)
    frames = less.unfold(1, FRAME, HOP)[:, : extractor.max_length] * window
    frames.addcmul_(means, window, value=PREEMPHASIS - 1)
    power = _power(torch.fft.rfft(frames, FFT))
    mels = (power @ _filters(extractor, clips.device, _kaldi_filters)).clamp(min=FLOOR).log()
    if lengths is not None:
        ends = (lengths - FRAME) // HOP + 1
        mels = mels.masked_fill(torch.arange(mels.shape[1], device=mels.device)[:, None] >= ends[:, None, None], 0.0)
    mels = torch.nn.functional.pad(mels, (0, 0, 0, extractor.max_length - mels.shape[1]))
    return (mels - extractor.mean) / (2 * extractor.std) if extractor.do_normalize else mels


def decibel_mels(clips: Tensor, extractor: Any) -> Tensor:
    """Mel spectra in dB as the extractor of CLAP makes them: [n_clips, 1, n_frames, n_mels]; of a fused one four times.

    The precision is that of the clips: in float64 they differ from the extractor's by less than 1e-5 dB, in float32
    by 6e-3 dB, and by up to 4 dB in the quiet bands beside a pure tone.

    Args:
        clips: [n_clips, n_samples], as long as the extractor pads them.
        extractor: a ``ClapFeatureExtractor``.
    """
    fused = extractor.truncation == "fusion"
    window = torch.hann_window(extractor.fft_window_size, dtype=clips.dtype, device=clips.device)
    half = extractor.fft_window_size // 2
    reflected = torch.nn.functional.pad(clips[:, None], (half, half), mode="reflect")[:, 0]
    # torch.stft gives the transposed, over which the steps behind it are slow.
    spectra = torch.fft.rfft(reflected.unfold(1, extractor.fft_window_size, extractor.hop_length) * window)
    mels = _power(spectra) @ _filters(extractor, clips.device, _clap_filters)
    decibels = 10 * mels.clamp(min=1e-10).log10()[:, None]
    return decibels.expand(-1, 4, -1, -1) if fused else decibels


def kaldi_spectra(clips: Sequence[np.ndarray], extractor: Any, device: torch.device) -> Tensor:
    """:func:`log_mels` of clips of any lengths, float32 [n_clips, max_length, num_mel_bins] on the device.

    Args:
        clips: float32 [n_samples], of a frame at least.
    """
    longest = FRAME + (extractor.max_length - 1) * HOP  # nothing behind it is heard
    cut = [clip[:longest] for clip in clips]

    def some(first: int) -> Tensor:
        part = cut[first : first + AT_ONCE]
        lengths = staged((len(part),), device, torch.int64)
        filled = staged((len(part), max(map(len, part))), device)
        for i, clip in enumerate(part):
            lengths[i] = len(clip)
            filled.numpy()[i, : len(clip)] = clip
        with passing(device):
            samples = sent(filled, device, torch.float64)
            return log_mels(samples, extractor, sent(lengths, device, torch.int64)).float()

    return _in_parts(some, len(clips))


def clap_spectra(clips: Sequence[np.ndarray], extractor: Any, device: torch.device) -> Tensor:
    """:func:`decibel_mels` of clips of any lengths, float32 [n_clips, 1 or 4, n_frames, n_mels] on the device.

    Args:
        clips: float32 [n_samples], no longer than the extractor pads them.
    """

    def some(first: int) -> Tensor:
        part = clips[first : first + AT_ONCE]
        filled = staged((len(part), extractor.nb_max_samples), device)
        for row, clip in zip(filled.numpy(), part, strict=True):
            row[:] = repeated(clip, extractor)
        with passing(device):
            return decibel_mels(sent(filled, device, torch.float64), extractor).float()

    return _in_parts(some, len(clips))


def repeated(clip: np.ndarray, extractor: Any) -> np.ndarray:
    """A clip as long as CLAP hears it, the way its extractor fills a shorter one: [nb_max_samples]."""
    longest = extractor.nb_max_samples
    if len(clip) < longest:
        times = longest // len(clip)
        match extractor.padding:
            case "repeat":
                clip = np.tile(clip, times + 1)[:longest]
            case "repeatpad":
                clip = np.tile(clip, times)
    return np.pad(clip, (0, longest - len(clip))) if len(clip) < longest else clip


def _power(spectra: Tensor) -> Tensor:
    """Squared magnitudes, float32: only the transform needs more, where a loud tone stands beside quiet bands."""
    parts = torch.view_as_real(spectra)
    return parts[..., 0].square().addcmul_(parts[..., 1], parts[..., 1]).float()


def _filters(extractor: Any, device: torch.device, made: Callable[[Any], np.ndarray]) -> Tensor:
    """The mel filters of an extractor on the device, brought there once: float32 [n_frequencies, n_mels]."""
    there = _THERE.setdefault(extractor, {})
    if device not in there:
        with torch.inference_mode(False):  # training may come later
            there[device] = torch.as_tensor(made(extractor), dtype=torch.float32, device=device)
    return there[device]


def _clap_filters(extractor: Any) -> np.ndarray:
    return extractor.mel_filters if extractor.truncation == "fusion" else extractor.mel_filters_slaney


def _in_parts(some: Callable[[int], Tensor], n: int) -> Tensor:
    return torch.cat([some(first) for first in range(0, n, AT_ONCE)])


def _kaldi_filters(extractor: Any) -> np.ndarray:
    """The extractor's own, which it lacks where torchaudio is installed: float64 [n_frequencies, num_mel_bins]."""
    made = getattr(extractor, "mel_filters", None)
    if made is not None:
        return made
    return mel_filter_bank(
        num_frequency_bins=FFT // 2 + 1,
        num_mel_filters=extractor.num_mel_bins,
        min_frequency=20,
        max_frequency=extractor.sampling_rate // 2,
        sampling_rate=extractor.sampling_rate,
        norm=None,
        mel_scale="kaldi",
        triangularize_in_mel_space=True,
    )
