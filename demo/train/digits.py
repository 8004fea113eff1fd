"""Strings of digits by people, put together anew for each batch: few people were recorded, one digit at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np

from demo.train.data import augment, speech_set
from demo.train.data.manifest import Row, read_samples
from demo.train.utterances import BETWEEN, Drawn
from demo.train.variation import Variety
from demo.train.waveform import RATE_HZ

MOST, TYPICAL_S = 10, 0.7
"""Digits in a string; what one takes, with its rest."""
OF_FEW = Variety(widest=0.3, tract=0.9, strange=1.0, noisy=0.8)


@dataclass(frozen=True)
class Person:
    """What one person said, a digit a clip without the silence around it, and the ids of its letters."""

    clips: Sequence[np.ndarray]
    letters: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Digits:
    """A string is of one person, and hardly ever as it was recorded: of three people a model learns what is theirs
    alone, and hears the next one better through noise than without.
    """

    people: Sequence[Person]
    variety: Variety = OF_FEW

    def some(self, rng: np.random.Generator, seconds: float, longest: float, takes: int) -> Drawn:
        """Strings of as many digits each, from one to :data:`MOST`; they are never joined, whatever ``takes`` is."""
        n = int(rng.integers(1, max(1, min(MOST, int(longest / TYPICAL_S))) + 1))
        return [self._string(n, rng) for _ in range(max(2, int(seconds / TYPICAL_S / n)))]

    def _string(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
        """Some people count in one breath, others stop after each: a rest is 0.5 to 1.5 times the string's own, which
        is up to 0.15 s in half of them, 0.05 to 0.5 s in the others; each digit faster or slower by up to 15 % and
        louder or softer by up to 4 dB.
        """
        person = self.people[int(rng.integers(len(self.people)))]
        rest = rng.uniform(0, 0.15) if rng.random() < 0.5 else rng.uniform(0.05, 0.5)
        pieces, letters = [_silence(rng.uniform(0, 0.3))], list[int]()
        for i in rng.integers(len(person.clips), size=n):
            said = augment.speed(person.clips[i], rng.uniform(0.85, 1.15))
            pieces += [said * np.float32(10 ** (rng.uniform(-4, 4) / 20))]
            pieces += [_silence(rest * rng.uniform(0.5, 1.5))]
            letters += [BETWEEN, *person.letters[i]]
        pieces[-1] = _silence(rng.uniform(0, 0.3))
        return np.concatenate(pieces), letters[1:]


def of_people(folder: Path, rows: Sequence[Row], spell: Callable[[str], list[int]]) -> Digits:
    """Everyone whose digits are among ``rows`` to train on; ``spell`` gives the ids of a text's letters."""
    found: dict[str, tuple[list[np.ndarray], list[list[int]]]] = {}
    for row in rows:
        if row.split == "train" and row.label == speech_set.DIGIT:
            clips, letters = found.setdefault(row.voice, ([], []))
            said = read_samples(folder, row)[0]
            clips.append(librosa.effects.trim(said, top_db=35, frame_length=512, hop_length=128)[0])
            letters.append(spell(row.text))
    return Digits([Person(clips, letters) for clips, letters in found.values()])


def _silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE_HZ), np.float32)
