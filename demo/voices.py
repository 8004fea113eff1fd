"""Voices and moods: text to speech through espeak-ng and flite.

Emotion here is prosody set by rule (rate, pitch, range, loudness), nothing that anybody felt.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import numpy as np
import soundfile as sf
import soxr
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

SPEECH_DBFS = -21.0
"""RMS of neutral speech, dB relative to full scale."""

PEAK = 0.85
"""No piece of speech goes beyond this, whatever its RMS."""


@dataclass(frozen=True)
class Voice:
    """A synthesiser's voice.  ``pitch_hz`` is the mean of a flite voice; 0: flite cannot shift it."""

    engine: Literal["espeak-ng", "flite"]
    name: str
    words_per_minute: int = 160
    pitch_hz: float = 0.0

    @property
    def label(self) -> str:
        """As in the column ``voice`` of the truth: ``flite/slt``."""
        return f"{self.engine}/{self.name}"


@dataclass(frozen=True)
class Mood:
    """How a sentence is said: factors on rate and pitch range, shifts of pitch, level and timbre.

    Attributes:
        tilt_db: dB an octave, around 1 kHz: above 0 tense, with more highs, below 0 slack.
    """

    name: str
    rate: float = 1.0
    semitones: float = 0.0
    range: float = 1.0
    gain_db: float = 0.0
    tilt_db: float = 0.0


NEUTRAL = Mood("neutral")
HAPPY = Mood("happy", rate=1.12, semitones=4.0, range=2.0, gain_db=1.0)
ANGRY = Mood("angry", rate=1.3, semitones=0.5, range=1.2, gain_db=3.0, tilt_db=4.0)
SAD = Mood("sad", rate=0.78, semitones=-2.0, range=0.4, gain_db=-4.0, tilt_db=-3.0)
"""After the cues of acted speech in Juslin and Laukka (2003): anger is fast, loud and rich in highs, sadness slow,
soft, flat and poor in them, joy high and varied.
"""

HOST = Voice("flite", "slt", pitch_hz=170)
PARTICIPANT = Voice("espeak-ng", "en-us+m3")
AGENT = Voice("flite", "rms")
CALLER = Voice("espeak-ng", "en-us+f2", words_per_minute=165)
ANNOUNCER = Voice("espeak-ng", "en-us+Andrea", words_per_minute=150)
SMALL_PRINT = Voice("flite", "kal16", words_per_minute=185, pitch_hz=95)
STORYTELLER = Voice("flite", "awb", words_per_minute=148, pitch_hz=128)
PASSER_BY = Voice("espeak-ng", "en-gb-scotland+f4")

FLITE_WORDS_PER_MINUTE = 160
FLITE_STDDEV = 15.0


def speak(voice: Voice, mood: Mood, text: str, rate: int) -> np.ndarray:
    """Say ``text``: float32 [n] at ``rate`` Hz, without the silence around it, at the mood's level.

    Raises ValueError where the voice does not exist or cannot take the mood, and
    subprocess.CalledProcessError where the synthesiser fails.
    """
    samples, own_rate = synthesise(voice, mood, text)
    return finish(trim(samples, own_rate), own_rate, mood, rate)


def synthesise(voice: Voice, mood: Mood, text: str) -> tuple[np.ndarray, int]:
    """What the synthesiser gives, float64 [n], and its rate in Hz.  Raises as :func:`speak` does."""
    return _espeak(voice, mood, text) if voice.engine == "espeak-ng" else _flite(voice, mood, text)


def finish(samples: np.ndarray, own_rate: int, mood: Mood, rate: int) -> np.ndarray:
    """Timbre, rate and level: float64 [n] at ``own_rate`` Hz to float32 at ``rate`` Hz.  What lies when stays."""
    if mood.tilt_db:
        samples = tilt(samples, own_rate, mood.tilt_db)
    if own_rate != rate:
        samples = soxr.resample(samples, own_rate, rate, quality="HQ")
    rms = float(np.sqrt(np.mean(samples**2)))
    gain = 10 ** ((SPEECH_DBFS + mood.gain_db) / 20) / rms
    return (samples * min(gain, PEAK / float(np.abs(samples).max()))).astype(np.float32)


def tilt(samples: np.ndarray, rate: int, decibels_per_octave: float) -> np.ndarray:
    """Favour highs, or lows, around 1 kHz, from 250 Hz on: float64 [n]."""
    n = next_fast_len(len(samples))
    octaves = np.log2(np.maximum(rfftfreq(n, 1 / rate), 250) / 1000)
    return irfft(rfft(samples, n) * 10 ** (decibels_per_octave * octaves / 20), n)[: len(samples)]


def trim(samples: np.ndarray, rate: int) -> np.ndarray:
    """Cut off both ends as far as they are not :func:`heard`."""
    start, end = heard(samples, rate)
    return samples[start:end]


def heard(samples: np.ndarray, rate: int, below_db: float = -42.0) -> tuple[int, int]:
    """First sample, and first after the last, of the 10 ms frames no more than ``-below_db`` dB under the loudest."""
    hop = rate // 100
    frames = samples[: len(samples) // hop * hop].reshape(-1, hop)
    level = np.sqrt(np.mean(frames**2, axis=1))
    loud = np.flatnonzero(level > level.max() * 10 ** (below_db / 20))
    return int(loud[0]) * hop, int(loud[-1] + 1) * hop


def espeak_settings(voice: Voice, mood: Mood, text: str) -> tuple[int, int, str]:
    """Words a minute, pitch (0 to 99) and SSML for espeak-ng."""
    # An octave is about 68 steps of espeak's pitch (measured at 50 to 80).
    pitch = round(50 + mood.semitones * 68 / 12)
    speed = round(voice.words_per_minute * mood.rate)
    return speed, pitch, f'<speak><prosody range="{round(100 * mood.range)}%">{escape(text)}</prosody></speak>'


def flite_features(voice: Voice, mood: Mood) -> dict[str, float]:
    """What flite is told of pace and pitch (Hz), to three places."""
    features = {"duration_stretch": FLITE_WORDS_PER_MINUTE / (voice.words_per_minute * mood.rate)}
    if voice.pitch_hz:
        features["int_f0_target_mean"] = voice.pitch_hz * 2 ** (mood.semitones / 12)
        features["int_f0_target_stddev"] = FLITE_STDDEV * mood.range
    return {name: round(value, 3) for name, value in features.items()}


def _espeak(voice: Voice, mood: Mood, text: str) -> tuple[np.ndarray, int]:
    _check_espeak(voice.name)
    speed, pitch, ssml = espeak_settings(voice, mood, text)
    return _run_to_wav(["espeak-ng", "-v", voice.name, "-m", "-s", str(speed), "-p", str(pitch), ssml, "-w"])


@cache
def _check_espeak(name: str) -> None:
    """espeak-ng says an unknown variant in its default voice, without a word: compare with that one."""
    language, plus, variant = name.partition("+")
    if plus:
        said, _ = _run_to_wav(["espeak-ng", "-v", name, "one", "-w"])
        default, _ = _run_to_wav(["espeak-ng", "-v", language, "one", "-w"])
        if np.array_equal(said, default):
            raise ValueError(f"espeak-ng has no variant {variant!r} of {language!r}")


@cache
def _flite_voices() -> frozenset[str]:
    listed = subprocess.run(["flite", "-lv"], check=True, capture_output=True, text=True).stdout
    return frozenset(listed.partition(":")[2].split())


def _flite(voice: Voice, mood: Mood, text: str) -> tuple[np.ndarray, int]:
    # flite too says an unknown voice in its default one.
    if voice.name not in _flite_voices():
        raise ValueError(f"flite has no voice {voice.name!r}")
    if mood.semitones and not voice.pitch_hz:
        raise ValueError(f"flite cannot shift the pitch of {voice.name!r}: {mood.name!r} needs another voice")
    features = flite_features(voice, mood)
    settings = [part for key, value in features.items() for part in ("--setf", f"{key}={value:.3f}")]
    return _run_to_wav(["flite", "-voice", voice.name, *settings, "-t", text, "-o"])


def _run_to_wav(command: list[str]) -> tuple[np.ndarray, int]:
    """Run a synthesiser whose last option names its WAV file: float64 [n] and its rate in Hz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run([*command, str(path)], check=True, capture_output=True)
        samples, rate = sf.read(path)
    return samples, rate
