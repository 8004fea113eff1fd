"""Descriptors of the frames of a window: level, zero crossings, spectral centroid, pitch.

The definitions and names are librosa's; see :mod:`transforms.features.framing` for where frames lie.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.records import Pitch
from transforms.features.framing import FRAME_LENGTH, HOP, RATE_HZ, frame_sums
from transforms.features.pitch import pitch, voiced
from transforms.features.spectrograms import N_FFT, power_spectrum

_SILENCE = 1e-10  # librosa's: samples at most this far from 0 have no sign


@dataclass(frozen=True)
class Frames:
    """Descriptors, each float32 [n_frames].

    Attributes:
        rms: root mean square of the frame's 1024 samples, linear, 1.0 for a full-scale square wave.
        zero_crossing_rate: the share of the frame's samples whose sign differs from that of the
            sample before, in [0, 1].
        spectral_centroid_hz: the mean frequency, weighted by the magnitudes of the spectrum of the
            frame's middle 400 samples (25 ms, Hann, zero-padded to 1024: the transform that the
            spectrograms take), in [0, 8000]; 0 for digital silence, as librosa has it.
        f0_hz: fundamental frequency; NaN where the frame is not voiced, as librosa.pyin has it
            (pyarrow stores it as a null with ``from_pandas=True``, which means and medians in SQL
            leave out).
        voicing: how periodic the frame is, in [0, 1], for every frame.
    """

    rms: np.ndarray
    zero_crossing_rate: np.ndarray
    spectral_centroid_hz: np.ndarray
    f0_hz: np.ndarray
    voicing: np.ndarray


def describe(context: np.ndarray, n: int, power: np.ndarray | None = None, track: Pitch | None = None) -> Frames:
    """The descriptors of a window.

    Args:
        context: finite float32 [512 + n + 512], see :mod:`transforms.features.framing`.
        n: samples in the window.
        power: what :func:`transforms.features.spectrograms.power_spectrum` gave, where it is at hand.
        track: what :func:`transforms.features.pitch.pitch` gave, likewise.

    Raises:
        ValueError: the context is not of that shape.
    """
    level = rms(context, n)
    track = track or pitch(context, n)
    return Frames(
        rms=level,
        zero_crossing_rate=zero_crossing_rate(context, n),
        spectral_centroid_hz=spectral_centroid_hz(power_spectrum(context, n) if power is None else power),
        f0_hz=np.where(voiced(track.voicing, level), track.f0_hz, np.float32(np.nan)),
        voicing=track.voicing,
    )


def rms(context: np.ndarray, n: int) -> np.ndarray:
    """Root mean square of each frame, linear: float32 [n_frames]."""
    return np.sqrt(frame_sums(np.square(context), n) / np.float32(FRAME_LENGTH))


def zero_crossing_rate(context: np.ndarray, n: int) -> np.ndarray:
    """Changes of sign inside each frame over its 1024 samples: float32 [n_frames]."""
    below = context < -_SILENCE
    crossings = np.zeros(len(context), np.int32)
    np.not_equal(below[1:], below[:-1], out=crossings[1:], casting="unsafe")
    inside = frame_sums(crossings, n)
    # A change between the sample before the frame and the frame's first one is not inside it.
    return ((inside - crossings[: len(inside) * HOP : HOP]) / FRAME_LENGTH).astype(np.float32)


def spectral_centroid_hz(power: np.ndarray) -> np.ndarray:
    """The centroid of each frame's magnitudes: [n_frames, 513] squared magnitudes -> float32 [n_frames]."""
    frequencies = np.fft.rfftfreq(N_FFT, 1 / RATE_HZ)
    moments = np.sqrt(power) @ np.stack([frequencies, np.ones_like(frequencies)], axis=1).astype(np.float32)
    weighted, total = moments.T
    return np.divide(weighted, total, out=np.zeros_like(total), where=total > np.finfo(np.float32).tiny)
