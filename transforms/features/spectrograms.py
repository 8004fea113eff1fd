"""Log-mel spectrograms: made and stored as bytes, and read back.

A spectrogram is ``librosa.feature.melspectrogram`` (Slaney's mel scale and norm, power) in dB re
1.0, one row a frame of :mod:`transforms.features.framing`, low mels first.  It is stored as uint8 over a
fixed range, 18 MB an hour.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from transforms.features.framing import FRAME_LENGTH, HOP, RATE_HZ, frame_count, framed, hann
from transforms.features.mels import mel_filters

N_FFT = FRAME_LENGTH
WIN_LENGTH = 400
"""25 ms under a Hann window, zero-padded to ``N_FFT``: sharp in time, fine in frequency."""
N_MELS = 128
FMIN_HZ = 0.0
FMAX_HZ = 8000.0
DB_MIN = -100.0
DB_MAX = 20.0
AMIN = 1e-10
"""The power under which there is silence: 10 log10(AMIN) = DB_MIN."""
_LEVELS = 255
_MELS_AT_ONCE = 16
_FRAMES_AT_ONCE = 128  # their spectra stay in a core's cache


def power_spectrum(context: np.ndarray, n: int) -> np.ndarray:
    """Squared magnitudes of the short-time Fourier transform.

    Args:
        context: finite float32 [512 + n + 512], see :mod:`transforms.features.framing`.
        n: samples in the window.

    Returns:
        float32 [n_frames, 513].

    Raises:
        ValueError: the context is not of that shape.
    """
    frames = framed(context, n, WIN_LENGTH)
    power = np.empty((frame_count(n), N_FFT // 2 + 1), np.float32)
    # Zeros behind the samples or on both sides of them: the phase differs, the power does not.
    padded = np.zeros((min(len(frames), _FRAMES_AT_ONCE), N_FFT), np.float32)
    for at in range(0, len(frames), _FRAMES_AT_ONCE):
        some = frames[at : at + _FRAMES_AT_ONCE]
        np.multiply(some, _hann(), out=padded[: len(some), :WIN_LENGTH])
        spectrum = scipy.fft.rfft(padded[: len(some)], axis=1)
        squared = power[at : at + len(some)]
        np.square(spectrum.real, out=squared)
        squared += np.square(spectrum.imag)
    return power


def log_mel(context: np.ndarray, n: int, power: np.ndarray | None = None) -> np.ndarray:
    """The log-mel spectrogram of a window.

    Args:
        context, n: as for :func:`power_spectrum`.
        power: what that gave, where it is at hand.

    Returns:
        float32 [n_frames, 128], dB re 1.0, from -100 upwards.
    """
    power = power_spectrum(context, n) if power is None else power
    mel = np.empty((len(power), N_MELS), np.float32)
    for bins, mels, filters in _mel_bands():
        mel[:, mels] = power[:, bins] @ filters
    return 10 * np.log10(np.maximum(mel, AMIN, out=mel), out=mel)


def quantise(db: np.ndarray) -> np.ndarray:
    """dB to uint8 of the same shape: 0 is -100 dB or less, 255 is 20 dB or more, steps of 0.47 dB.

    Inside the range the rounding costs at most 0.24 dB.
    """
    scaled = (db - DB_MIN) * (_LEVELS / (DB_MAX - DB_MIN))
    return np.clip(np.rint(scaled), 0, _LEVELS).astype(np.uint8)


def to_db(
    data: bytes, n_frames: int, n_mels: int = N_MELS, db_min: float = DB_MIN, db_max: float = DB_MAX
) -> np.ndarray:
    """A stored spectrogram in dB: float32 [n_frames, n_mels].

    Args:
        data: uint8, row by row (a row is a frame), as :func:`quantise` gave it.

    Raises:
        ValueError: there are not ``n_frames * n_mels`` bytes.
    """
    if len(data) != n_frames * n_mels:
        raise ValueError(f"{n_frames} frames of {n_mels} mels take {n_frames * n_mels} bytes, not {len(data)}")
    levels = np.frombuffer(data, np.uint8).reshape(n_frames, n_mels)
    return levels * np.float32((db_max - db_min) / _LEVELS) + np.float32(db_min)


def frame_times_s(n_frames: int, start_s: float = 0.0, hop: int = HOP, rate_hz: int = RATE_HZ) -> np.ndarray:
    """The middle of each frame in seconds: float64 [n_frames]; ``start_s`` is the window's start."""
    return start_s + np.arange(n_frames) * (hop / rate_hz)


def mel_frequencies_hz(n_mels: int = N_MELS, fmin_hz: float = FMIN_HZ, fmax_hz: float = FMAX_HZ) -> np.ndarray:
    """The frequency at the peak of each mel filter in Hz: float64 [n_mels]."""
    import librosa  # takes half a second, and a run has no use for it

    return librosa.mel_frequencies(n_mels + 2, fmin=fmin_hz, fmax=fmax_hz)[1:-1]


def patches(db: np.ndarray, size: int = 16, stride: int = 16) -> np.ndarray:
    """Square cuttings of a spectrogram, as audio transformers take them.

    Args:
        db: [n_frames, n_mels].
        size, stride: in frames and in mels; a stride under the size makes them overlap.

    Returns:
        A read-only view [n_time, n_freq, size (time), size (frequency)].  Frames and mels behind
        the last whole patch are left out; a spectrogram under ``size`` frames has no patch.
    """
    if min(db.shape) < size:
        return np.empty((0, max(0, (db.shape[1] - size) // stride + 1), size, size), db.dtype)
    return sliding_window_view(db, (size, size))[::stride, ::stride]


@lru_cache(maxsize=1)
def _hann() -> np.ndarray:
    """float32 [400]."""
    return hann(WIN_LENGTH)


@lru_cache(maxsize=1)
def _mel_bands() -> list[tuple[slice, slice, np.ndarray]]:
    """Filters of neighbouring mels, float32 [n_bins, 16], with their bins and mels: of 513 bins they hear 25 to 172."""
    filters = mel_filters(RATE_HZ, N_FFT, N_MELS, FMIN_HZ, FMAX_HZ).T
    bands = []
    for first in range(0, N_MELS, _MELS_AT_ONCE):
        mels = slice(first, first + _MELS_AT_ONCE)
        heard = np.flatnonzero(filters[:, mels].any(axis=1))
        bins = slice(int(heard[0]), int(heard[-1]) + 1)
        bands.append((bins, mels, np.ascontiguousarray(filters[bins, mels])))
    return bands
