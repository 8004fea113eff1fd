"""Synthetic sounds by which the heads of untrained models are set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

# Resonances (Hz) of five vowels, after Peterson & Barney (1952), men: i, e, a, o, u.
VOWELS = np.array([(270, 2290, 3010), (530, 1840, 2480), (730, 1090, 2440), (570, 840, 2410), (300, 870, 2240)])
BANDWIDTH_HZ = 90
HIGHEST_HZ = 6000
# (vowel, Hz): how loud each vowel is at each frequency.
SPECTRA = (1 / (1 + ((np.arange(HIGHEST_HZ) - VOWELS[:, :, None]) / BANDWIDTH_HZ) ** 2)).sum(axis=1)


def voice(rate_hz: int, seconds: float, pitch_hz: float, generator: np.random.Generator) -> Samples:
    """A made-up speaker: harmonics of a wandering pitch under changing vowels, with hiss and pauses.

    Returns: float32 of shape (rate_hz * seconds,), peak 0.5.
    """
    length = int(rate_hz * seconds)
    time = np.arange(length) / rate_hz
    ends = generator.uniform(0.12, 0.35, size=int(seconds / 0.12) + 1).cumsum()
    syllable = np.searchsorted(ends, time)
    vowel = generator.integers(0, len(VOWELS), len(ends))[syllable]
    glide = generator.uniform(-0.1, 0.1, len(ends)).cumsum().clip(-0.4, 0.4)
    pitch = pitch_hz * np.exp(np.interp(time, ends, glide))
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    samples = np.zeros(length)
    for harmonic in range(1, int(4000 / pitch_hz)):
        samples += SPECTRA[vowel, (harmonic * pitch).astype(int)] * np.sin(harmonic * phase)
    loudness = generator.choice([0.0, 0.4, 0.8, 1.0], len(ends))[syllable]
    hiss = generator.choice([0.0, 0.0, 0.3, 1.0], len(ends))[syllable]
    samples = samples * loudness + hiss * np.diff(generator.normal(size=length + 1))
    return (0.5 * samples / np.abs(samples).max()).astype(np.float32)


def voices(rate_hz: int, count: int, seconds: float, seed: int) -> list[Samples]:
    """`count` made-up speakers from 80 to 300 Hz, louder and softer, in quiet and in noisy rooms: |sample| < 1."""
    generator = np.random.default_rng(seed)
    sounds = []
    for pitch in np.geomspace(80, 300, count):
        said = voice(rate_hz, seconds, pitch, generator)
        room = np.clip(generator.normal(size=said.size), -4, 4) * 10 ** generator.uniform(-4, -1.2)
        sounds.append(((said + room) * generator.uniform(0.1, 1)).astype(np.float32))
    return sounds


def noises(rate_hz: int, seconds: float, seed: int) -> list[Samples]:
    """Hiss, rumble, tones, a sweep, clicks and a beating chord: float32, |sample| <= 0.5."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(rate_hz * seconds)) / rate_hz
    hiss = generator.normal(size=time.size)
    rumble = np.convolve(hiss, np.ones(200) / 200, mode="same")
    clicks = np.where(time % 0.25 < 0.003, hiss, 0.0)
    gusts = hiss * (0.5 + 0.5 * np.sin(2 * np.pi * 0.7 * time)) ** 3
    sounds = [
        hiss,
        rumble,
        clicks,
        gusts,
        np.sin(2 * np.pi * 220 * time),
        np.sin(2 * np.pi * 3000 * time),
        np.sin(2 * np.pi * (200 + 600 * time) * time),
        np.sin(2 * np.pi * 330 * time) + np.sin(2 * np.pi * 335 * time) + np.sin(2 * np.pi * 660 * time),
    ]
    return [(0.5 * sound / np.abs(sound).max()).astype(np.float32) for sound in sounds]
