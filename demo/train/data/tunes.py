"""Music, noise and near silence out of numpy, no two alike: float64 [n] of any level, as :mod:`demo.synthesis`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from demo.synthesis import add, at_level, band, fade, pluck, strike, tone
from demo.train.data.augment import coloured_noise

MODES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 4, 7, 9))
"""Semitones of major, minor, Dorian and pentatonic."""

Note = Callable[[int, int, int, np.random.Generator], np.ndarray]
"""``f(n, rate, midi_note, rng) -> float64 [n]``."""


def organ(n: int, rate: int, midi_note: int, rng: np.random.Generator) -> np.ndarray:
    """A held note of eight overtones with a slow beat."""
    hz = 440 * 2 ** ((midi_note - 69) / 12)
    partials = [tone(n, rate, hz * k * (1 + 0.002 * (k % 2))) / k ** rng.uniform(0.8, 1.6) for k in range(1, 9)]
    return fade(np.sum(partials, axis=0), rate, 0.03)


def bell(n: int, rate: int, midi_note: int, rng: np.random.Generator) -> np.ndarray:
    """A note of a vibraphone: the first overtone two octaves up."""
    hz = 440 * 2 ** ((midi_note - 69) / 12)
    out = np.zeros(n)
    strike(out, 0, rate, (hz, 4 * hz, 10 * hz if 10 * hz < 0.45 * rate else 3 * hz), rng.uniform(0.2, 0.8))
    return fade(out, rate, 0.005)


NOTES: tuple[Note, ...] = (pluck, organ, bell)


def tune(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Chords, a melody that walks up and down a scale, sometimes bass and drums."""
    beat = round(60 / rng.uniform(70, 160) * rate)
    root, mode = int(rng.integers(48, 60)), MODES[rng.integers(len(MODES))]
    lead, chords = NOTES[rng.integers(len(NOTES))], NOTES[rng.integers(len(NOTES))]
    drums, has_chords = rng.random() < 0.5, rng.random() < 0.75

    def pitch(step: int) -> int:
        return root + 12 * (step // len(mode)) + mode[step % len(mode)]

    out = np.zeros(n + 4 * beat)
    step, chord = len(mode), 0
    for i in range(n // beat + 1):
        start = i * beat
        if i % 4 == 0:
            chord = int(rng.choice((0, 3, 4, 5)))
            if has_chords:
                for third in (0, 2, 4):
                    add(out, start, 0.4 * chords(4 * beat, rate, pitch(chord + third), rng))
        for part in range(int(rng.choice((0, 1, 1, 2)))):
            step = int(np.clip(step + rng.integers(-3, 4), 4, 3 * len(mode)))
            add(out, start + part * beat // 2, lead(beat, rate, pitch(step), rng))
        if drums:
            strike(out[: start + beat], start, rate, (rng.uniform(50, 70),), 0.08)
            hat = rng.standard_normal(beat // 4) * np.exp(-np.arange(beat // 4) / (0.02 * rate))
            add(out, start + beat // 2, 0.2 * hat)
    return out[:n]


def noise(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """White to brown noise, whole or in a band, sometimes with the hum of the mains."""
    out = coloured_noise(n, rng, rng.uniform(0, 2.2))
    if rng.random() < 0.4:
        low = 2 ** rng.uniform(6.5, 11)
        out = band(out, rate, low, low * 2 ** rng.uniform(1, 4))
    if rng.random() < 0.3:
        mains = float(rng.choice((50.0, 60.0)))
        out += rng.uniform(0.2, 1) * np.sum([tone(n, rate, k * mains) / k for k in (1, 2, 3, 5)], axis=0)
    return out


def silence(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Nothing at all, or the faint noise of a quiet room, at its own level."""
    if rng.random() < 0.25:
        return np.zeros(n)
    return at_level(noise(n, rate, rng), rng.uniform(-95, -62))


KINDS: Mapping[str, Callable[[int, int, np.random.Generator], np.ndarray]] = {
    "Music": tune, "Noise": noise, "Silence": silence,
}  # fmt: skip
