"""Log-mel spectrograms against librosa's, and against the Fourier transforms alone, which nothing can undercut."""

from __future__ import annotations

from functools import partial

import librosa
import numpy as np
import scipy.fft

from benchmarks.material import speech
from benchmarks.measure import interleaved, rates, ratios, timed
from benchmarks.report import Table
from benchmarks.settings import Settings
from transforms.features.framing import HOP, RATE_HZ, REACH, frame_count, with_context
from transforms.features.spectrograms import AMIN, N_FFT, N_MELS, WIN_LENGTH, log_mel

WINDOW = 10 * RATE_HZ
BLOCK = 256
"""Frames transformed at once: their spectra stay in a core's cache."""
COLUMNS = ("contender", "x", "times librosa", "share of the ceiling")
OURS, LIBROSA, CEILING = "log_mel", "librosa.feature.melspectrogram", "rfft alone"


def compare(settings: Settings) -> list[Table]:
    """Windows of 10 s, on one thread."""
    samples = speech(max(settings.seconds, WINDOW / RATE_HZ), RATE_HZ)
    samples = samples[: len(samples) // WINDOW * WINDOW]
    seconds = len(samples) / RATE_HZ
    contenders = {OURS: partial(_ours, samples), LIBROSA: partial(_librosa, samples), CEILING: partial(_rfft, samples)}
    for contender in contenders.values():
        contender()
    took = interleaved({name: timed(call, 1) for name, call in contenders.items()}, settings.patience)
    return [
        Table(
            "Log-mel spectrograms, one thread",
            COLUMNS,
            tuple(
                (name, rates(seconds, took[name]), ratios(took[LIBROSA], took[name]), ratios(took[CEILING], took[name]))
                for name in contenders
            ),
            (
                f"{seconds:.0f} s at 16 kHz in windows of 10 s: {N_FFT} points under a Hann window of {WIN_LENGTH}, "
                f"hop {HOP}, {N_MELS} mels, in decibels, float32.",
                f"{CEILING}: scipy.fft.rfft of as many frames, framed and windowed beforehand.",
            ),
        )
    ]


def _ours(samples: np.ndarray) -> None:
    context = with_context(samples)
    for start in range(0, len(samples), WINDOW):
        log_mel(context[start : start + WINDOW + 2 * REACH], WINDOW)


def _librosa(samples: np.ndarray) -> None:
    for start in range(0, len(samples), WINDOW):
        power = librosa.feature.melspectrogram(
            y=samples[start : start + WINDOW],
            sr=RATE_HZ,
            n_fft=N_FFT,
            hop_length=HOP,
            win_length=WIN_LENGTH,
            n_mels=N_MELS,
            pad_mode="constant",
        )
        librosa.power_to_db(power, ref=1.0, amin=AMIN, top_db=None)


def _rfft(samples: np.ndarray) -> None:
    block = np.resize(samples[:N_FFT], (BLOCK, N_FFT))
    left = frame_count(WINDOW) * (len(samples) // WINDOW)
    while left > 0:
        scipy.fft.rfft(block[:left], axis=1)
        left -= BLOCK
