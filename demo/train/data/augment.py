"""The same recording in other circumstances: level, noise, speed, tract, room, telephone, codec.

Each takes float samples [n] and gives float32; the length stays, save by :func:`speed`.  The transcripts have most of
it done to a whole batch at once (:mod:`demo.train.variation`).
"""

from __future__ import annotations

import io
from functools import cache
from typing import cast

import av
import numpy as np
import soxr
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, fftconvolve, istft, sosfilt, stft

CODECS = {"mp3": "libmp3lame", "ogg": "libopus", "adts": "aac", "wav": "pcm_mulaw"}
"""Container to codec, as FFmpeg names them."""

CODEC_RATES_HZ = {"ogg": 48_000, "wav": 8_000}
"""Opus works at 48 kHz, the telephone's mu-law at 8 kHz; the others take 16 kHz."""


def gain(samples: np.ndarray, decibels: float, peak: float = 0.99) -> np.ndarray:
    """Louder or softer, but never past ``peak``."""
    loudest = float(np.abs(samples).max(initial=1e-9))
    return (samples * min(10 ** (decibels / 20), peak / loudest)).astype(np.float32)


def coloured_noise(n: int, rng: np.random.Generator, slope: float) -> np.ndarray:
    """Noise at an RMS of 1 whose power falls with frequency to the power of ``slope`` (0 white, 1 pink, 2 brown)."""
    spectrum = rfft(rng.standard_normal(next_fast_len(n)))
    spectrum *= np.maximum(np.arange(len(spectrum)), 1) ** (-slope / 2)
    noise = irfft(spectrum, next_fast_len(n))[:n]
    return noise / np.sqrt(np.mean(noise**2))


def add_noise(samples: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """Under ``samples``, ``snr_db`` below their RMS; silence stays silent."""
    level = np.sqrt(np.mean(samples**2)) * 10 ** (-snr_db / 20)
    return (samples + level * noise).astype(np.float32)


def speed(samples: np.ndarray, factor: float) -> np.ndarray:
    """Faster and higher by ``factor``, as a tape that runs faster: n / factor samples."""
    return soxr.resample(samples.astype(np.float32), factor, 1.0, quality="MQ")


def tilt(samples: np.ndarray, decibels_per_octave: float) -> np.ndarray:
    """A microphone that favours highs or lows, around the middle of the spectrum (in octaves)."""
    n = next_fast_len(len(samples))
    spectrum = rfft(samples, n)
    octaves = np.log2(np.maximum(np.arange(len(spectrum)), 1) / len(spectrum))
    shape = 10 ** (decibels_per_octave * np.clip(octaves + 3, -3, 3) / 20)
    return irfft(spectrum * shape, n)[: len(samples)].astype(np.float32)


@cache
def lifter(window: int, order: int) -> np.ndarray:
    """What takes log spectra to their envelopes, the first ``order`` cepstral coefficients: float32 [bins, bins]."""
    cepstra = irfft(np.eye(window // 2 + 1), axis=0)
    cepstra[order : len(cepstra) - order + 1] = 0
    return rfft(cepstra, axis=0).real.astype(np.float32)


def warp_formants(
    samples: np.ndarray, factor: float, upper: float | None = None, window: int = 512, order: int = 30
) -> np.ndarray:
    """A shorter (factor > 1) or longer vocal tract at the same pitch.

    The spectral envelope, the first ``order`` cepstral coefficients of each frame, is stretched along the
    frequency by ``factor``; the fine structure, the harmonics, stays.  With ``upper`` the factor goes from ``factor``
    at 0 Hz to ``upper`` at the other end: mouth and throat are not in proportion in everybody.
    """
    _, _, frames = stft(samples, nperseg=window, noverlap=window * 3 // 4)
    smooth = lifter(window, order)
    bins = np.arange(len(smooth))
    factors = np.linspace(factor, factor if upper is None else upper, len(bins))
    source = np.minimum(bins / factors, bins[-1])
    low = np.minimum(source.astype(int), bins[-1] - 1)
    share = (source - low)[:, None].astype(np.float32)
    change = (1 - share) * smooth[low] + share * smooth[low + 1] - smooth
    _, out = istft(frames * np.exp(change @ np.log(np.abs(frames) + 1e-6)), nperseg=window, noverlap=window * 3 // 4)
    out = np.pad(out, (0, max(0, len(samples) - len(out))))[: len(samples)]
    return out.astype(np.float32)


def room(samples: np.ndarray, rate: int, rng: np.random.Generator, rt60: float, direct: float) -> np.ndarray:
    """A room whose echo dies away by 60 dB in ``rt60`` seconds; ``direct``: the share of the energy straight on.

    The echo is noise under an exponential (Polack 1988).
    """
    time = np.arange(1, round(rt60 * rate)) / rate
    echo = rng.standard_normal(len(time)) * 10 ** (-3 * time / rt60)
    echo *= np.sqrt((1 - direct) / np.sum(echo**2))
    response = np.concatenate([[np.sqrt(direct)], echo])
    return fftconvolve(samples, response)[: len(samples)].astype(np.float32)


def telephone(samples: np.ndarray, rate: int) -> np.ndarray:
    """What a telephone lets through: 300 to 3400 Hz (second order)."""
    return sosfilt(butter(2, (300, 3400), "bandpass", fs=rate, output="sos"), samples).astype(np.float32)


def codec(samples: np.ndarray, rate: int, container: str, bits_per_second: int) -> np.ndarray:
    """Through one of :data:`CODECS` and back, at ``rate`` again and of the same length."""
    own_rate = CODEC_RATES_HZ.get(container, 16_000)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as out:
        stream = cast("av.AudioStream", out.add_stream(CODECS[container], rate=own_rate, layout="mono"))
        stream.bit_rate = bits_per_second
        block = soxr.resample(samples.astype(np.float32), rate, own_rate)
        whole = np.round(np.clip(block, -1, 1) * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate = own_rate
        for piece in av.AudioResampler(stream.format, "mono", own_rate, stream.frame_size or 1024).resample(frame):
            out.mux(stream.encode(piece))
        out.mux(stream.encode())
    buffer.seek(0)
    with av.open(buffer, "r") as coded:
        to_floats = av.AudioResampler("fltp", "mono", own_rate)
        decoded = [piece.to_ndarray()[0] for frame in coded.decode(audio=0) for piece in to_floats.resample(frame)]
    back = soxr.resample(np.concatenate(decoded), own_rate, rate)
    return np.pad(back, (0, max(0, len(samples) - len(back))))[: len(samples)].astype(np.float32)


def any_codec(samples: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Through one of them at 16 to 63 kbit/s and back."""
    container = tuple(CODECS)[rng.integers(len(CODECS))]
    return codec(samples, rate, container, int(rng.integers(16, 64)) * 1000)


def elsewhere(
    samples: np.ndarray, rate: int, rng: np.random.Generator, noisy: bool = True, steepest_db: float = 3.0
) -> np.ndarray:
    """Through another microphone, in another room, over another line, louder or softer: each of them sometimes.

    Args:
        noisy: add noise too, 8 to 35 dB below.
        steepest_db: how far a microphone may favour highs or lows, dB an octave.
    """
    if rng.random() < 0.5:
        samples = tilt(samples, rng.uniform(-steepest_db, steepest_db))
    if rng.random() < 0.2:
        samples = room(samples, rate, rng, rng.uniform(0.1, 0.8), rng.uniform(0.3, 0.9))
    if rng.random() < 0.4 and noisy:
        samples = add_noise(samples, coloured_noise(len(samples), rng, rng.uniform(0, 2)), rng.uniform(8, 35))
    if rng.random() < 0.1:
        samples = telephone(samples, rate)
    if rng.random() < 0.05:
        samples = any_codec(samples, rate, rng)
    return gain(samples, rng.uniform(-18, 6))
