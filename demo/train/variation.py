"""Utterances by another voice, in another room, over another line: a whole batch at once, where the model is.

What is drawn for a clip (:func:`drawn`) is small and comes with the batch; :func:`varied` does it.  Clip by clip on the
cores (:mod:`demo.train.data.augment`) the same takes longer than a GPU learns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from scipy.fft import next_fast_len
from scipy.signal import butter, sosfreqz
from torch import Tensor, nn

from demo.train.data.augment import lifter
from demo.train.waveform import RATE_HZ

WINDOW, HOP, ORDER = 512, 128, 30
"""Of the spectra, in samples; cepstral coefficients of an envelope."""
BINS = WINDOW // 2 + 1
TEMPOS = (0.75, 1.4)
"""How much slower and faster at the same pitch."""
SMEARED = 5
"""Frames over which an envelope is averaged at most: 40 ms, as statistical synthesisers smooth."""
LONGEST_ECHO_S = 0.8
FLAT_BELOW_HZ = 20
"""Of coloured noise: what nobody hears shall not count as noise."""
PLACE = np.sqrt(np.linspace(0, 1, BINS))
"""Of the bins on a mel-like scale, the square root of the frequency."""


@dataclass(frozen=True)
class Variety:
    """How far from what was recorded, and how often.

    Attributes:
        widest: how far tract and speed are changed, in shares.
        tract: the share of the clips that get another tract;
        strange: of those that get another voice's colour; a half of that, another tempo, and missing bands;
        noisy: and of those with noise.
    """

    widest: float = 0.18
    tract: float = 0.0
    strange: float = 0.0
    noisy: float = 0.4

    def at_least(self, strange: float) -> Variety:
        """As strange as that, and as often with another tract."""
        return replace(self, strange=max(strange, self.strange), tract=max(strange, self.strange, self.tract))


def drawn(rng: np.random.Generator, variety: Variety) -> dict[str, np.ndarray]:
    """The circumstances of a clip, all float32.

    Returns: ``tract`` [2], the factors of the formants at 0 Hz and at the other end; ``smear`` and ``hoarse``, 0 to 1,
        how much of the envelope's movement and of the pitch is lost; ``colour`` [BINS], the gains of voice and
        microphone; ``still`` [2, 2], the shares of the clip between which nothing is heard; ``tempo``; ``echo`` [2],
        seconds until it died away by 60 dB, and the share of the energy straight on; ``noise`` [2], the slope of its
        power and decibels below the clip; ``line`` [BINS], the gains of what all of it comes through.
    """
    widest, strange = variety.widest, variety.strange

    def perhaps(share: float, value: object, otherwise: object) -> np.ndarray:
        return np.array(value if rng.random() < share else otherwise, np.float32)

    decibels = perhaps(strange, np.interp(PLACE, np.linspace(0, 1, 10), rng.uniform(-8, 8, 10)), np.zeros(BINS))
    octaves = np.clip(np.log2(np.maximum(np.arange(BINS), 1) / BINS) + 3, -3, 3)
    decibels += perhaps(0.5, rng.uniform(-3, 3) * octaves, 0 * octaves)
    line = np.ones(BINS, np.float32)
    if rng.random() < strange / 2:
        for low, width in rng.uniform(0, (0.88, 0.12), (rng.integers(1, 3), 2)):
            line[(low <= PLACE) & (low + width > PLACE)] = 0
    if rng.random() < 0.2:  # recorded at 8 kHz
        line[BINS // 2 :] = 0
    if rng.random() < 0.1:
        line *= telephone()
    begin = rng.uniform(0, 0.97, (2, 1))
    return {
        "tract": perhaps(variety.tract, rng.uniform(1 - widest, 1 + widest, 2), (1, 1)),
        "smear": perhaps(strange / 3, rng.uniform(0.3, 1), 0),
        "hoarse": perhaps(strange / 10, rng.uniform(0.1, 1), 0),
        "colour": 10 ** (decibels / 20),
        "still": perhaps(strange / 3, begin + [[0, rng.uniform(0, 0.03)]] * 2, np.ones((2, 2))),
        "tempo": perhaps(strange / 2, rng.uniform(*TEMPOS), 1),
        "echo": perhaps(0.2, (rng.uniform(0.1, LONGEST_ECHO_S), rng.uniform(0.3, 0.9)), (0.1, 1)),
        "noise": perhaps(variety.noisy, (rng.uniform(0, 2), rng.uniform(8, 35)), (0, math.inf)),
        "line": line,
    }


@cache
def telephone() -> np.ndarray:
    """The gains of what a telephone lets through, 300 to 3400 Hz (Butterworth of second order): float [BINS]."""
    bands = butter(2, (300, 3400), "bandpass", fs=RATE_HZ, output="sos")
    return np.abs(sosfreqz(bands, np.linspace(0, RATE_HZ / 2, BINS), fs=RATE_HZ)[1])


@torch.no_grad()
def varied(batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """The clips of a batch in their circumstances.

    Args:
        batch: ``clips`` float32 [n, n_samples] at 16 kHz, zero behind each end, ``lengths`` int64 [n] in samples, and
            what :func:`drawn` gives, one a clip.

    Returns: float32 [n, m_samples], each of mean 0 and variance 1, zero behind each end; int64 of that shape, 1 before.
    """
    clips, lengths = batch["clips"], batch["lengths"]
    with torch.autocast(clips.device.type, enabled=False):
        frames = torch.stft(
            clips, WINDOW, HOP, window=_window(clips), pad_mode="constant", return_complex=True
        ).transpose(1, 2)
        frames = frames * another_voice(frames.abs(), batch["tract"], batch["smear"]) * batch["colour"][:, None]
        frames = frames * _heard(lengths, batch["still"], frames.shape[1])[..., None]
        astray = batch["hoarse"][:, None, None] * torch.rand(frames.shape, device=frames.device)
        frames = in_tempo(frames * torch.polar(torch.ones_like(astray), 2 * math.pi * astray), batch["tempo"])
        clips = torch.istft(frames.transpose(1, 2), WINDOW, HOP, window=_window(clips))
        lengths = (lengths / batch["tempo"]).round().long().clamp(max=clips.shape[1])
        mask = (torch.arange(clips.shape[1], device=clips.device) < lengths[:, None]).long()
        clips = over_a_line(clips * mask, mask, batch["echo"], batch["noise"], batch["line"]) * mask
        count = lengths[:, None].float()
        clips = (clips - clips.sum(1, keepdim=True) / count) * mask
        return clips / (clips.square().sum(1, keepdim=True) / count + 1e-7).sqrt(), mask


def another_voice(magnitudes: Tensor, tract: Tensor, smear: Tensor) -> Tensor:
    """The gains that stretch the envelopes of ``magnitudes`` along the frequency and smooth them along the time.

    As :func:`demo.train.data.augment.warp_formants` does it; the harmonics stay.

    Args:
        magnitudes: [n, n_frames, BINS].
        tract: [n, 2], the factors at 0 Hz and at the other end.
        smear: [n], how much of the way to the mean over :data:`SMEARED` frames.
    """
    smooth = torch.from_numpy(lifter(WINDOW, ORDER)).to(magnitudes)
    bins = torch.arange(BINS, device=magnitudes.device)
    factors = torch.lerp(tract[:, :1], tract[:, 1:], (bins / (BINS - 1))[None])
    source = (bins / factors).clamp(max=BINS - 1)
    low = source.long().clamp(max=BINS - 2)
    stretched = torch.lerp(smooth[low], smooth[low + 1], (source - low)[..., None])
    levels = (magnitudes + 1e-6 * WINDOW / 2).log()
    envelopes = levels @ stretched.transpose(1, 2)
    means = nn.functional.avg_pool2d(
        envelopes[:, None], (SMEARED, 1), stride=1, padding=(SMEARED // 2, 0), count_include_pad=False
    )[:, 0]
    return (torch.lerp(envelopes, means, smear[:, None, None]) - levels @ smooth.T).exp()


def in_tempo(frames: Tensor, tempo: Tensor) -> Tensor:
    """Faster by ``tempo`` at the same pitch, by a phase vocoder (as librosa's): complex [n, m_frames, BINS].

    Args:
        frames: complex [n, n_frames, BINS].
        tempo: [n].
    """
    n_frames = frames.shape[1]
    n_out = math.ceil(n_frames / float(tempo.min()))
    at = (torch.arange(n_out, device=frames.device) * tempo[:, None]).clamp(max=n_frames - 1)
    before = at.long().clamp(max=n_frames - 2)
    clip = torch.arange(len(frames), device=frames.device)[:, None]
    one, next_one = frames[clip, before], frames[clip, before + 1]
    magnitudes = torch.lerp(one.abs(), next_one.abs(), (at - before)[..., None])
    # From one frame to the next the phase goes on as it did there, whatever whole turns are left out.
    steps = next_one.angle() - one.angle()
    phases = frames[:, :1].angle() + steps.cumsum(1) - steps
    return torch.polar(magnitudes, phases)


def over_a_line(clips: Tensor, mask: Tensor, echo: Tensor, noise: Tensor, line: Tensor) -> Tensor:
    """In a room whose echo is noise under an exponential (Polack 1988), with noise, through a filter."""
    n, n_samples = clips.shape
    size = next_fast_len(n_samples + int(LONGEST_ECHO_S * RATE_HZ), real=True)
    time = torch.arange(1, int(LONGEST_ECHO_S * RATE_HZ) + 1, device=clips.device) / RATE_HZ
    seconds, direct = echo[:, :1], echo[:, 1:]
    tail = torch.randn(n, len(time), device=clips.device) * 10 ** (-3 * time / seconds)
    tail *= ((1 - direct) / tail.square().sum(1, keepdim=True)).sqrt()
    response = torch.cat([direct.sqrt(), tail], dim=1)
    there = torch.fft.rfft(clips, size) * torch.fft.rfft(response, size)
    bins = torch.arange(there.shape[1], device=clips.device).clamp(min=FLAT_BELOW_HZ * size // RATE_HZ)
    hiss = torch.fft.rfft(torch.randn(n, size, device=clips.device)) * bins ** (-noise[:, :1] / 2)
    hiss /= hiss.abs().square().mean(1, keepdim=True).sqrt()
    loudness = there.abs().square().sum(1, keepdim=True) / there.shape[1] * size / mask.sum(1, keepdim=True)
    there += hiss * (loudness.sqrt() * 10 ** (-noise[:, 1:] / 20))
    gains = nn.functional.interpolate(line[:, None], there.shape[1], mode="linear", align_corners=True)[:, 0]
    return torch.fft.irfft(there * gains, size)[:, :n_samples]


def _heard(lengths: Tensor, still: Tensor, n_frames: int) -> Tensor:
    """1 where a frame is heard, 0 between the shares ``still``: [n, n_frames]."""
    share = torch.arange(n_frames, device=lengths.device) * HOP / lengths[:, None]
    silent = (share[:, None] >= still[..., :1]) & (share[:, None] < still[..., 1:])
    return (~silent.any(1)).float()


def _window(clips: Tensor) -> Tensor:
    return torch.hann_window(WINDOW, device=clips.device)
