"""Signals with known answers, real speech, and the cutting of a recording into windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import librosa
import numpy as np
from hypothesis import strategies as st

RATE = 16_000
WINDOW = 160_000

LENGTHS = (
    st.integers(1, 1100)
    | st.integers(100_000, 25 * RATE)
    | st.builds(lambda whole, rest: whole * WINDOW + rest, st.integers(1, 2), st.integers(-200, 200))
)
"""Shorter than a frame, up to 25 s, and about the seams of the windows."""

SPEECH = (
    "jfk/tests/jfk.flac",
    "ljspeech32/wavs/LJ001-0001.wav",
    "pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav",
    "speechbrain/tests/samples/ASR/spk2_snt1.wav",
)
"""Two men and two women, studio and radio, 2 to 11 s."""


def real_speech(shared_audio: Path) -> list[np.ndarray]:
    """The clips of :data:`SPEECH`, and one recording of 30 s made of them."""
    clips = [librosa.load(shared_audio / "speech" / name, sr=RATE)[0] for name in SPEECH]
    return [*clips, np.concatenate(clips)]


def windows(samples: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    """A recording cut into windows of 10 s: (context, n) of each."""
    padded = np.pad(samples, 512)
    for start in range(0, len(samples), WINDOW):
        n = min(WINDOW, len(samples) - start)
        yield padded[start : start + n + 1024], n


def synthetic(seed: int, n: int) -> np.ndarray:
    """A voice-like glide, noise and digital silence in turn, at changing levels."""
    rng = np.random.default_rng(seed)
    f0 = np.interp(np.arange(n), np.linspace(0, n, 8), rng.uniform(80, 400, 8))
    signal = 0.5 * harmonics(f0) + 0.01 * rng.standard_normal(n)
    level = rng.choice([0.0, 0.01, 0.3, 1.0], size=n // 8000 + 1).repeat(8000)[:n]
    return (signal * level).astype(np.float32)


def harmonics(f0: np.ndarray, count: int = 8) -> np.ndarray:
    """A tone of ``count`` harmonics, amplitudes 1/k, with the frequency f0 [n] in Hz: float32 [n]."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    return (0.2 * sum(np.sin(k * phase) / k for k in range(1, count + 1))).astype(np.float32)
