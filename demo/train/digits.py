"""Strings of digits by people, put together anew for each batch: few people were recorded, one digit at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np

from demo.train.data.recordings import english
from demo.train.data.splits import Split
from demo.train.utterances import BETWEEN, Drawn, Said
from demo.train.waveform import RATE_HZ

MOST, TYPICAL_S = 10, 0.7
"""Digits in a string; what one takes, with its rest."""


@dataclass(frozen=True)
class Digits:
    """One digit a clip, the silence around it cut off; who said which must not be mixed in a string."""

    people: Sequence[Said]
    widest: float = 0.25
    tract: float = 0.6

    def some(self, rng: np.random.Generator, seconds: float, longest: float, takes: int) -> Drawn:
        """Strings of as many digits each, from one to :data:`MOST`; ``takes`` is of no use here."""
        n = int(rng.integers(1, max(1, min(MOST, int(longest / TYPICAL_S))) + 1))
        return [self._string(n, rng) for _ in range(max(2, int(seconds / TYPICAL_S / n)))]

    def _string(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, list[int]]:
        """Some people count in one breath, others stop after each: rests about half or one and a half as long as the
        string's own, which is anything up to half a second; each digit louder or softer by up to 4 dB.
        """
        person = self.people[int(rng.integers(len(self.people)))]
        rest = rng.uniform(0, 0.15) if rng.random() < 0.5 else rng.uniform(0.05, 0.5)
        pieces, letters = [_silence(rng.uniform(0, 0.3))], list[int]()
        for i in rng.integers(len(person.clips), size=n):
            pieces += [person.clips[i] * np.float32(10 ** (rng.uniform(-4, 4) / 20))]
            pieces += [_silence(rest * rng.uniform(0.5, 1.5))]
            letters += [BETWEEN, *person.letters[i]]
        pieces[-1] = _silence(rng.uniform(0, 0.3))
        return np.concatenate(pieces), letters[1:]


def of_people(recordings: Path, splits: Collection[Split], spell: Callable[[str], list[int]]) -> Digits:
    """The digits of everyone in ``splits``; ``spell`` gives the ids of a text's letters."""
    found: dict[str, tuple[list[np.ndarray], list[list[int]]]] = {}
    for one in english(recordings):
        if one.source == "fsdd" and one.split in splits:
            clips, letters = found.setdefault(one.origin, ([], []))
            clips.append(librosa.effects.trim(one.read(RATE_HZ), top_db=35, frame_length=512, hop_length=128)[0])
            letters.append(spell(one.text))
    return Digits([Said(clips, letters) for clips, letters in found.values()])


def _silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE_HZ), np.float32)
