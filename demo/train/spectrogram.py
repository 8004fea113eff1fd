"""What the extractors of AST and CLAP make of clips, for a whole batch at once: many times as fast as one by one."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers import ASTFeatureExtractor, ClapFeatureExtractor

FRAME, HOP, FFT = 400, 160, 512
PREEMPHASIS = 0.97
FLOOR = 1.192092955078125e-07


def log_mels(clips: Tensor, extractor: ASTFeatureExtractor, lengths: Tensor | None = None) -> Tensor:
    """Kaldi's filter banks as the extractor makes them: [n_clips, max_length, num_mel_bins] of [n_clips, n_samples].

    The end of a clip that is short is padded, the rest of a long one cut.

    Args:
        lengths: of the clips in samples, where they are filled up behind their ends.  The extractor pads spectra, not
            samples, and what it pads with is no silence: a model that learnt from padded samples would not know it.
    """
    frames = clips.unfold(1, FRAME, HOP)[:, : extractor.max_length]
    frames = frames - frames.mean(dim=-1, keepdim=True)
    earlier = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
    frames = frames - PREEMPHASIS * earlier
    window = torch.hann_window(FRAME, periodic=False, device=clips.device)
    power = torch.fft.rfft(frames * window, FFT).abs() ** 2
    filters = torch.as_tensor(extractor.mel_filters, dtype=torch.float32, device=clips.device)
    mels = (power @ filters).clamp(min=FLOOR).log()
    if lengths is not None:
        ends = (lengths - FRAME) // HOP + 1
        mels = mels.masked_fill(torch.arange(mels.shape[1], device=mels.device)[:, None] >= ends[:, None, None], 0.0)
    mels = torch.nn.functional.pad(mels, (0, 0, 0, extractor.max_length - mels.shape[1]))
    return (mels - extractor.mean) / (2 * extractor.std)


def decibel_mels(clips: Tensor, extractor: ClapFeatureExtractor) -> Tensor:
    """Mel spectra in dB as the extractor of an unfused CLAP makes them: [n_clips, 1, n_frames, n_mels].

    Args:
        clips: [n_clips, n_samples], as long as the extractor pads them.
    """
    window = torch.hann_window(extractor.fft_window_size, device=clips.device)
    spectra = torch.stft(clips, extractor.fft_window_size, extractor.hop_length, window=window, return_complex=True)
    filters = torch.as_tensor(extractor.mel_filters_slaney, dtype=torch.float32, device=clips.device)
    mels = (spectra.abs() ** 2).transpose(1, 2) @ filters
    return 10 * mels.clamp(min=1e-10).log10()[:, None]
