"""Shipped recordings and where silero-vad hears speech in them."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from tests.transforms.listening import DEMO, silero

SPOKEN = ("interviews/taste.mp3", "interviews/support_call.flac", "digits/code_012.wav", "signals/noise.wav")


@pytest.fixture(scope="session")
def recordings() -> list[np.ndarray]:
    """Synthesised talks, a telephone call and noise, at most 40 s of each."""
    return [librosa.load(DEMO / name, sr=16_000, mono=True, duration=40)[0] for name in SPOKEN]


@pytest.fixture(scope="session")
def probabilities(recordings: list[np.ndarray]) -> list[np.ndarray]:
    return [silero(samples) for samples in recordings]
