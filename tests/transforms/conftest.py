"""Shipped recordings, where silero-vad hears speech in them, and voices."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from tests.transforms.listening import DEMO, silero
from tests.transforms.signals import made_speech, real_speech

SPOKEN = ("interviews/taste.mp3", "interviews/support_call.flac", "digits/code_012.wav", "signals/noise.wav")


@pytest.fixture(scope="session")
def recordings() -> list[np.ndarray]:
    """Synthesised talks, a telephone call and noise, at most 40 s of each."""
    return [librosa.load(DEMO / name, sr=16_000, mono=True, duration=40)[0] for name in SPOKEN]


@pytest.fixture(scope="session")
def probabilities(recordings: list[np.ndarray]) -> list[np.ndarray]:
    return [silero(samples) for samples in recordings]


@pytest.fixture(scope="session", params=["made", "real"])
def spoken(request: pytest.FixtureRequest) -> list[np.ndarray]:
    """Four voices at 16 kHz, and one recording made of them: of synthesisers, and of people where there are any."""
    return made_speech() if request.param == "made" else real_speech(request.getfixturevalue("shared_audio"))
