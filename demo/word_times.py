"""Speech with the times of its words, as the synthesiser that says it tells them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from demo import espeak_words, flite_words
from demo.voices import Mood, Voice, espeak_settings, finish, flite_features, heard, synthesise

WORD = re.compile(r"[A-Za-z']+")
SAYABLE = re.compile(r"[A-Za-z' .,?!]*")

BEFORE_FIRST_WORD = 0.02
"""Seconds that a piece of speech may begin before its first word."""


@dataclass(frozen=True)
class Word:
    """A word of a piece of speech.

    Attributes:
        text: lower case letters and apostrophes.
        start: seconds from the start of the piece; a plosive's closure belongs to its word.
        end: seconds; where the last phone ends, that is where the next word or a pause begins.
    """

    text: str
    start: float
    end: float


def say(voice: Voice, mood: Mood, text: str, rate: int) -> tuple[np.ndarray, tuple[Word, ...]]:
    """As :func:`demo.voices.speak`, float32 [n] at ``rate`` Hz, and its words one after another, all within it.

    What is heard before the first word is cut off.

    Raises what ``speak`` raises, RuntimeError where a synthesiser's library is missing, and ValueError where the text
    holds more than letters, apostrophes and ``.,?!`` (write numbers as words) or the library does not say it as the
    command does.
    """
    if not SAYABLE.fullmatch(text):
        raise ValueError(f"write {text!r} as words: letters, apostrophes, blanks and .,?! alone")
    samples, own_rate = synthesise(voice, mood, text)
    times = (_espeak if voice.engine == "espeak-ng" else _flite)(voice, mood, text, samples)
    first, last = heard(samples, own_rate)
    # The voice awb breathes in before some sentences.
    first = max(first, round((times[0].start - BEFORE_FIRST_WORD) * own_rate))
    start, end = first / own_rate, last / own_rate
    words = tuple(Word(word.text, max(word.start, start) - start, min(word.end, end) - start) for word in times)
    return finish(samples[first:last], own_rate, mood, rate), words


def _espeak(voice: Voice, mood: Mood, text: str, samples: np.ndarray) -> list[Word]:
    """Times in seconds of ``samples``, which the command has made of ``text``."""
    speed, pitch, ssml = espeak_settings(voice, mood, text)
    before = ssml.index(">", ssml.index("<prosody")) + 1  # the text holds nothing that would have been escaped
    found = list(WORD.finditer(text))
    said = espeak_words.spoken(voice.name, speed, pitch, ssml, [one[0] for one in found])
    _check_same("espeak-ng", text, said.samples, len(samples))
    times = espeak_words.word_times(said, [before + one.start() for one in found])
    return [Word(one[0].lower(), at / 1000, to / 1000) for one, (at, to) in zip(found, times, strict=True)]


def _flite(voice: Voice, mood: Mood, text: str, samples: np.ndarray) -> list[Word]:
    """As :func:`_espeak`."""
    tokens, length = flite_words.word_times(voice.name, flite_features(voice, mood), text)
    _check_same("flite", text, length, len(samples))
    found = [one[0].lower() for one in WORD.finditer(text)]
    if [token.lower() for token, _, _ in tokens] != found:
        raise ValueError(f"flite does not take {text!r} word by word")
    return [Word(word, start, end) for word, (_, start, end) in zip(found, tokens, strict=True)]


def _check_same(engine: str, text: str, library: int, command: int) -> None:
    """By the number of samples: breath is random, and differs from one run to the next."""
    if library != command:
        raise ValueError(f"the library of {engine} says {text!r} in {library} samples, the command in {command}")
