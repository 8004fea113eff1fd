"""Signals with known answers, speech of machines and of people, and the cutting of a recording into windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import librosa
import numpy as np
from hypothesis import strategies as st

DEMO = Path(__file__).resolve().parents[2] / "demo" / "corpus"
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


MADE = (
    ("interviews/support_call.flac", 0, 500, 3830),
    ("survey/answer_012.mp3", 0, 600, 3700),
    ("interviews/taste.mp3", 0, 7290, 10_790),
    ("survey/answer_031.ogg", 0, 600, 3590),
)
"""File of the demo corpus, channel, start and end in ms of sentences that two men and two women of synthesisers say."""


def made_speech() -> list[np.ndarray]:
    """The sentences of :data:`MADE`, and one recording made of them: it goes with the source, as people's does not."""
    clips = []
    for name, channel, start_ms, end_ms in MADE:
        whole = np.atleast_2d(librosa.load(DEMO / name, sr=RATE, mono=False)[0])[channel]
        clips.append(whole[start_ms * RATE // 1000 : end_ms * RATE // 1000])
    return [*clips, np.concatenate(clips)]


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
