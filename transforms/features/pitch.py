"""Fundamental frequency by YIN, with how periodic each frame is.

A. de Cheveigne and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music",
JASA 111(4), 2002.  The frequency is that of ``librosa.yin``; librosa keeps the rest to itself.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from schemas.records import Pitch
from transforms.features.framing import FRAME_LENGTH, HOP, RATE_HZ, frame_count, framed, hann

FMIN_HZ = 65.0
"""Under the voices of nearly all men; the frame holds four of its periods."""
FMAX_HZ = 500.0
"""Over the voices of women and most children in speech (not in song or in screams)."""
TROUGH_THRESHOLD = 0.1
"""YIN takes the first trough of the normalised difference that is deeper than this."""

VOICED_FROM = 0.7
"""The voicing from which a frame counts as voiced.

On read and spontaneous speech of eleven speakers 94 % of the frames that pass are voiced for
librosa's pYIN too, and 73 % of those that are voiced for pYIN pass: f0 statistics prefer frames
that are right to frames that are many.  White noise stays under 0.2.
"""
VOICED_RMS = 1e-3
"""The level (-60 dBFS) under which no frame counts as voiced."""
FLOOR_RMS = 1e-6
"""The level (-120 dBFS) under which there is no sound whose period could be looked for: where intensity ends, too.

Quiet speech counts down to 40 dB under its loudest frame (:data:`transforms.features.prosody.LOUD_RMS`), so that no
higher one would do.
"""

TONE_UNDER = 5.0
"""A frame whose spectrum takes up fewer bins than this may be a tone, and its harmonics are counted.

The bins are (sum of powers)^2 / sum of their squares: 1.5 for a sine, 3 to 4 for a dial tone of two, 8 for a voice.
"""
FEWEST_HARMONICS = 3
"""A voice has as many, also a high one and one over a telephone; bleeps, dial tones and hum have one or two.

Of the voiced frames of 44 clips of real speech 0.2 % have fewer.
"""
HARMONIC_DB = 35.0
"""How far under the strongest line of a frame a harmonic may lie."""

_TONE_VOICING = 0.45  # what is less periodic is neither voiced nor a nucleus, and needs no look
_HIGHEST_HARMONIC_HZ = 4_000.0
_LOWEST_BIN_HZ = 47.0  # under it, an offset
_MIN_LAG = int(np.floor(RATE_HZ / FMAX_HZ))
_MAX_LAG = int(np.ceil(RATE_HZ / FMIN_HZ))
_LAGS = np.arange(1, _MAX_LAG + 1, dtype=np.float32)
_FFT_LENGTH = scipy.fft.next_fast_len(FRAME_LENGTH + _MAX_LAG, real=True)
_ROUNDING = 1e-5  # differences under this share of a frame's power may be float32's, not the signal's
_HANN = hann(FRAME_LENGTH)
_FRAMES_AT_ONCE = 512  # a block of 65,536 samples at most rates: with fewer, calls cost more than the arithmetic
_STEP = 19  # divides the lags
_BELOW = np.triu(np.ones((_STEP, _STEP), np.float32))


def voiced(voicing: np.ndarray, rms: np.ndarray) -> np.ndarray:
    """Which frames are voiced: bool [n_frames] from their voicing and their (linear) RMS."""
    return (voicing >= VOICED_FROM) & (rms >= VOICED_RMS)


def pitch(context: np.ndarray, n: int) -> Pitch:
    """The pitch of each frame of a window.

    Args:
        context: finite float32 [512 + n + 512], see :mod:`transforms.features.framing`.
        n: samples in the window.

    Raises:
        ValueError: the context is not of that shape.
    """
    frames = framed(context, n)
    count = frame_count(n)
    f0_hz, voicing = np.full(count, np.nan, np.float32), np.zeros(count, np.float32)
    spread = np.full(count, np.inf)
    for at in range(0, count, _FRAMES_AT_ONCE):
        some = frames[at : at + _FRAMES_AT_ONCE]
        energy = _energy(context[at * HOP :][: (len(some) - 1) * HOP + FRAME_LENGTH])
        heard = np.flatnonzero(energy[:, -1] - energy[:, 0] >= FRAME_LENGTH * FLOOR_RMS**2)
        if len(heard) == len(some):
            rows: slice | np.ndarray = slice(at, at + len(some))
        elif len(heard):
            some, energy, rows = some[heard], energy[heard], at + heard
        else:
            continue
        f0_hz[rows], voicing[rows], spread[rows] = _yin(some, energy)
    doubtful = np.flatnonzero((spread < TONE_UNDER) & (voicing >= _TONE_VOICING))
    for at in range(0, len(doubtful), _FRAMES_AT_ONCE):
        rows = doubtful[at : at + _FRAMES_AT_ONCE]
        voicing[rows[count_harmonics(frames[rows], f0_hz[rows]) < FEWEST_HARMONICS]] = 0
    return Pitch(f0_hz, voicing)


def _energy(samples: np.ndarray) -> np.ndarray:
    """The running energy [m, 1025] before each sample of each frame, and behind its last."""
    running = np.zeros(-(-len(samples) // _STEP) * _STEP + 1)
    np.square(samples, out=running[1 : len(samples) + 1], dtype=np.float64)
    running[1:] = _running_sums(running[1:][None])[0]
    return sliding_window_view(running[: len(samples) + 1], FRAME_LENGTH + 1)[::HOP]


def _yin(frames: np.ndarray, energy: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """f0 in Hz, voicing and spread of frames [m, 1024], with what :func:`_energy` has of them."""
    power = _power(scipy.fft.rfft(frames, _FFT_LENGTH, axis=1))
    spread = _spread(power[:, int(_LOWEST_BIN_HZ * _FFT_LENGTH / RATE_HZ) + 1 :])
    # A spectrum of powers has no phase: its inverse is a cosine transform, here of _FFT_LENGTH times the size.
    products = scipy.fft.dct(power, 1, axis=1, overwrite_x=True)[:, : _MAX_LAG + 1]
    unlike = products[:, :1] - products[:, 1:]  # column k - 1 is lag k
    unlike *= np.float32(2 / _FFT_LENGTH)
    unlike -= (energy[:, 1 : _MAX_LAG + 1] - energy[:, :1]).astype(np.float32)
    mean = _running_sums(unlike)
    mean /= _LAGS
    searched = slice(_MIN_LAG - 1, _MAX_LAG)
    normalised = unlike[:, searched] / (mean[:, searched] + np.finfo(np.float32).tiny)
    chosen = _first_deep_trough(normalised)
    period = _MIN_LAG + chosen + _parabolic_shift(normalised, chosen)

    whole = energy[:, FRAME_LENGTH:]
    unlike -= (whole - energy[:, FRAME_LENGTH - 1 : FRAME_LENGTH - _MAX_LAG - 1 : -1]).astype(np.float32)
    unlike /= FRAME_LENGTH - _LAGS
    lag = _MIN_LAG + chosen
    rows = np.arange(len(lag))
    at_lag = unlike[rows, lag - 1]
    up_to_lag = _sums_of_first(unlike, lag) / lag
    sure = up_to_lag > _ROUNDING * (whole - energy[:, :1])[:, 0] / FRAME_LENGTH
    aperiodicity = np.divide(at_lag, up_to_lag, out=np.ones_like(at_lag), where=sure)
    return RATE_HZ / period, np.clip(1 - aperiodicity, 0, 1), spread


def _power(spectrum: np.ndarray) -> np.ndarray:
    """Squared magnitudes, float32 [m, bins] of complex64."""
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    return power


def _spread(power: np.ndarray) -> np.ndarray:
    """How many bins a spectrum takes up, float [m], from [m, bins]; many for silence."""
    total = power.sum(axis=1)
    shares = np.einsum("mk,mk->m", power, power)
    with np.errstate(over="ignore"):
        return np.divide(total.astype(np.float64) ** 2, shares, out=np.full(len(power), np.inf), where=shares > 0)


def count_harmonics(frames: np.ndarray, f0_hz: np.ndarray) -> np.ndarray:
    """How many multiples of f0, up to 4 kHz, are lines of the spectrum: int [m].

    A line rises above the level half a harmonic to one of its sides.

    Args:
        frames: float32 [m, 1024].
        f0_hz: float [m], at least 65.
    """
    power = _power(scipy.fft.rfft(frames * _HANN, axis=1))
    width = RATE_HZ / FRAME_LENGTH
    least = power[:, round(_LOWEST_BIN_HZ / width) :].max(axis=1) * 10 ** (-HARMONIC_DB / 10)
    number = np.arange(1, int(_HIGHEST_HARMONIC_HZ / FMIN_HZ) + 1)
    at = f0_hz[:, None] * number / width
    last = power.shape[1] - 2
    line, before, after = (
        np.clip(np.rint(at + k * f0_hz[:, None] / width), 1, last).astype(int) for k in (0, -0.5, 0.5)
    )
    rows = np.arange(len(power))[:, None]
    height = np.maximum(np.maximum(power[rows, line - 1], power[rows, line]), power[rows, line + 1])
    beside = np.minimum(power[rows, before], power[rows, after])
    heard = (height > least[:, None]) & (height > 4 * beside) & (at * width <= _HIGHEST_HARMONIC_HZ)
    return heard.sum(axis=1)


def _running_sums(values: np.ndarray) -> np.ndarray:
    """``np.cumsum(values, axis=1)`` of [m, 19 n], in two thirds of its time or less: 19 at once by a matrix."""
    sums = (values.reshape(-1, _STEP) @ _BELOW.astype(values.dtype)).reshape(len(values), -1, _STEP)
    sums[:, 1:] += np.cumsum(sums[:, :-1, -1], axis=1)[:, :, None]
    return sums.reshape(values.shape)


def _sums_of_first(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The sum of the first ``counts`` values, int [m], of each row of [m, n]: [m]."""
    edges = np.empty((len(counts), 2), np.intp)
    edges[:, 0] = np.arange(len(counts)) * values.shape[1]
    edges[:, 1] = edges[:, 0] + counts
    return np.add.reduceat(np.append(values, np.float32(0)), edges.ravel())[::2]  # the rest is summed between them


def _first_deep_trough(normalised: np.ndarray) -> np.ndarray:
    """The first local minimum under the threshold, else the global minimum: int [m]."""
    falls = normalised[:, 1:] < normalised[:, :-1]
    trough = np.zeros(normalised.shape, bool)  # the last lag is one only where it is the global minimum
    trough[:, 0] = normalised[:, 0] < normalised[:, 1]
    trough[:, 1:-1] = falls[:, :-1] & ~falls[:, 1:]
    trough &= normalised < TROUGH_THRESHOLD
    return np.where(trough.any(axis=1), trough.argmax(axis=1), normalised.argmin(axis=1))


def _parabolic_shift(normalised: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """How far the minimum of the parabola through a trough lies from it, within +-1 lag: float32 [m].

    0 at the ends of the searched lags and where the parabola's minimum would lie further off.
    """
    inner = np.clip(chosen, 1, normalised.shape[1] - 2)[:, None]
    before, here, after = (np.take_along_axis(normalised, inner + i, axis=1)[:, 0] for i in (-1, 0, 1))
    bend, slope = after + before - 2 * here, (after - before) / 2
    fits = (inner[:, 0] == chosen) & (np.abs(slope) < np.abs(bend))
    return np.divide(-slope, bend, out=np.zeros_like(slope), where=fits)
