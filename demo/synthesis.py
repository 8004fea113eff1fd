"""Tones, noise, sounds and music out of numpy: all of it synthesised, none of it recorded.

Each sound is ``f(n, rate, rng) -> float64 [n]`` of any level; :func:`at_level` sets the level.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

Sound = Callable[[int, int, np.random.Generator], np.ndarray]


def at_level(samples: np.ndarray, dbfs: float, peak: float = 0.85) -> np.ndarray:
    """Scale to an RMS of ``dbfs`` (dB, full scale = 0), or less where the peak would pass ``peak``."""
    gain = 10 ** (dbfs / 20) / np.sqrt(np.mean(samples**2))
    return (samples * min(gain, peak / np.abs(samples).max())).astype(np.float32)


def fade(samples: np.ndarray, rate: int, seconds: float = 0.02) -> np.ndarray:
    """Raise and lower the ends so that they do not click."""
    n = min(round(seconds * rate), len(samples) // 2)
    ramp = np.ones(len(samples))
    ramp[:n] = np.linspace(0, 1, n)
    ramp[len(samples) - n :] = np.linspace(1, 0, n)
    return samples * ramp


def tone(n: int, rate: int, hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(n) / rate)


def sweep(n: int, rate: int, low_hz: float, high_hz: float) -> np.ndarray:
    """A sine whose frequency rises evenly in octaves."""
    hz = low_hz * (high_hz / low_hz) ** (np.arange(n) / n)
    return np.sin(2 * np.pi * np.cumsum(hz) / rate)


def white_noise(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(n)


def pink_noise(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Noise whose power falls by 3 dB an octave above 20 Hz, shaped in the frequency domain."""
    hz = np.maximum(np.fft.rfftfreq(n, 1 / rate), 20)
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) / np.sqrt(hz), n)


def rain(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A hiss above 1 kHz with drops at random moments."""
    hiss = band(rng.standard_normal(n), rate, 1000, 7000)
    drops = band(scattered(n, rate, 400, rng), rate, 2000, 6000)
    return hiss + 0.8 * drops


def sea_waves(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Low noise that swells and falls every three seconds."""
    swell = 0.15 + np.sin(np.pi * np.arange(n) / rate / 3.0) ** 4
    return band(rng.standard_normal(n), rate, 80, 1500) * swell


def crackling_fire(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A faint roar with sharp cracks."""
    roar = band(rng.standard_normal(n), rate, 60, 400)
    t = np.arange(rate // 20) / rate
    crack = rng.standard_normal(len(t)) * np.exp(-t / 0.008)
    cracks = fftconvolve(scattered(n, rate, 14, rng), crack)[:n]
    return 0.5 * roar + band(cracks, rate, 1500, 7500)


def clock_tick(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Two ticks a second, each second one lower."""
    out = np.zeros(n)
    for i, start in enumerate(range(round(0.1 * rate), n, rate // 2)):
        strike(out, start, rate, (2600.0, 4100.0) if i % 2 else (2000.0, 3300.0), 0.008)
    return out


def helicopter(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Thuds of low noise, eleven a second."""
    beat = np.exp(-8 * ((np.arange(n) / rate * 11) % 1))
    return band(rng.standard_normal(n), rate, 50, 900) * beat


def siren(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A wail between 600 and 1200 Hz, once every two seconds, with overtones."""
    hz = 900 - 300 * np.cos(2 * np.pi * np.arange(n) / rate / 2)
    phase = 2 * np.pi * np.cumsum(hz) / rate
    return np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.2 * np.sin(3 * phase)


def church_bells(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Strokes with the inharmonic partials of a bell: hum, prime, tierce, quint, nominal."""
    out = np.zeros(n)
    for i, start in enumerate(range(round(0.05 * rate), n, round(1.3 * rate))):
        prime = (440.0, 370.0)[i % 2]
        strike(out, start, rate, tuple(prime * ratio for ratio in (0.5, 1.0, 1.2, 1.5, 2.0, 2.7)), 0.9)
    return out


def door_wood_knock(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Groups of three knocks on something hollow."""
    out = np.zeros(n)
    for group in np.arange(0.1, n / rate, 1.6):
        for knock in range(3):
            strike(out, round((group + 0.28 * knock) * rate), rate, (170.0, 310.0, 520.0), 0.03)
    return out


def chirping_birds(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Short falling and rising whistles between 2.5 and 6 kHz."""
    out = np.zeros(n)
    start = round(0.05 * rate)
    while start < n - rate // 4:
        length = round(rng.uniform(0.06, 0.16) * rate)
        low, high = rng.uniform(2500, 4000), rng.uniform(4200, 6000)
        call = sweep(length, rate, *((low, high) if rng.random() < 0.5 else (high, low)))
        out[start : start + length] += call * np.hanning(length)
        start += length + round(rng.uniform(0.02, 0.35) * rate)
    return out


SOUNDS: dict[str, Sound] = {
    f.__name__: f
    for f in (rain, siren, church_bells, sea_waves, door_wood_knock, helicopter, chirping_birds,
              crackling_fire, clock_tick)
}  # fmt: skip
"""By the name of their class in ESC-50, in the order of the scene."""


def band(samples: np.ndarray, rate: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Keep what lies between two frequencies (Butterworth, second order), at an RMS of 1."""
    out = sosfilt(butter(2, (low_hz, min(high_hz, 0.45 * rate)), "bandpass", fs=rate, output="sos"), samples)
    return out / np.sqrt(np.mean(out**2))


def scattered(n: int, rate: int, per_second: float, rng: np.random.Generator) -> np.ndarray:
    """Clicks of random size at random moments."""
    out = np.zeros(n)
    at = rng.integers(0, n, max(1, round(per_second * n / rate)))
    out[at] = rng.exponential(1.0, len(at))
    return out


def strike(out: np.ndarray, start: int, rate: int, partials_hz: tuple[float, ...], decay: float) -> None:
    """Add to ``out``, from sample ``start``, partials that die away, the higher the sooner (seconds)."""
    t = np.arange(max(0, len(out) - start)) / rate
    for k, hz in enumerate(partials_hz):
        out[start:] += np.sin(2 * np.pi * hz * t) * np.exp(-t / decay * (1 + 0.6 * k)) / (k + 1)


# The jingle: four bars of chords (MIDI notes) that are gone round until the time is up, and a tune.
BEATS_PER_MINUTE = 112
CHORDS = ((48, 64, 67, 72), (45, 60, 64, 69), (41, 60, 65, 69), (43, 62, 67, 71))
TUNE = (79, 76, 72, 76, 79, 81, 79, 0, 77, 74, 71, 74, 79, 77, 76, 0)


def music(n: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A jingle in C: plucked chords, a bass, a tune in the upper voice, a drum and a hat."""
    beat = round(60 / BEATS_PER_MINUTE * rate)
    out = np.zeros(n + 4 * beat)
    for i in range(n // beat):
        start = i * beat
        chord = CHORDS[i // 4 % len(CHORDS)]
        for note in chord if i % 2 == 0 else chord[1:]:
            add(out, start, 0.5 * pluck(2 * beat, rate, note, rng))
        if note := TUNE[i % len(TUNE)]:
            add(out, start, pluck(2 * beat, rate, note, rng))
        strike(out[: start + beat], start, rate, (60.0,), 0.08)
        hat = rng.standard_normal(beat // 4) * np.exp(-np.arange(beat // 4) / (0.02 * rate))
        add(out, start + beat // 2, 0.15 * hat)
    return fade(out[:n], rate, 0.5)


def pluck(n: int, rate: int, midi_note: int, rng: np.random.Generator) -> np.ndarray:
    """A plucked string (Karplus and Strong 1983): noise in a loop with a two-point mean."""
    period = round(rate / (440 * 2 ** ((midi_note - 69) / 12)) - 0.5)
    burst = np.zeros(n)
    burst[:period] = rng.uniform(-1, 1, period)
    loop = np.zeros(period + 2)
    loop[0], loop[period], loop[period + 1] = 1, -0.498, -0.498
    return fade(lfilter([1.0], loop, burst), rate, 0.01)


def add(out: np.ndarray, start: int, samples: np.ndarray) -> None:
    """Add ``samples`` to ``out`` from ``start``, as far as ``out`` reaches."""
    end = min(len(out), start + len(samples))
    out[start:end] += samples[: max(0, end - start)]
