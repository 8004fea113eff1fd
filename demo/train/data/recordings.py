"""Real recordings, from a folder with the lists ``sounds.csv`` and ``speech.csv``: clips of ESC-10, digits, speech."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soxr

from demo.train.data.sentences import spoken
from demo.train.data.splits import Split, divide

SOUND_SHARES: Mapping[Split, float] = {"train": 0.6, "dev": 0.2, "test": 0.2}

PEOPLE: Mapping[str, Split] = {
    "fsdd george": "train",
    "fsdd jackson": "train",
    "fsdd lucas": "dev",
    "fsdd nicolas": "test",
    "ljspeech LJ": "train",
    "speechbrain spk1": "dev",
    "speechbrain spk2": "test",
    "pocketsphinx-librivox": "train",
    "google-samples": "dev",
    "mfa": "test",
    "jfk": "test",
    "librivox": "test",
}
"""Whoever is named in ``speech.csv``; too few for lots.  The digits are of the Free Spoken Digit Dataset."""


@dataclass(frozen=True)
class Recording:
    """One file: ``origin`` is the person, or the longer recording that a clip was cut from."""

    path: Path
    split: Split
    label: str
    origin: str
    text: str
    source: str
    licence: str

    def read(self, rate: int) -> np.ndarray:
        """One channel, float32 [n] at ``rate`` Hz."""
        with av.open(str(self.path)) as container:
            own_rate = container.streams.audio[0].rate
            to_floats = av.AudioResampler("fltp", "mono", own_rate)
            pieces = [
                piece.to_ndarray()[0] for frame in container.decode(audio=0) for piece in to_floats.resample(frame)
            ]
        return soxr.resample(np.concatenate(pieces), own_rate, rate)


def sound_clips(folder: Path, seed: int) -> Iterator[Recording]:
    """The clips of ESC-10, each class divided by the recordings on freesound.org that they were cut from."""
    rows = _listed(folder / "sounds.csv")
    for label in sorted({row["label"] for row in rows}):
        origins = {
            row["path"]: f"freesound {Path(row['path']).name.split('-')[1]}" for row in rows if row["label"] == label
        }
        splits = divide(origins.values(), seed, SOUND_SHARES)
        for row in rows:
            if origin := origins.get(row["path"]):
                yield Recording(folder / row["path"], splits[origin], label, origin, "", "ESC-10", row["licence"])


def english(folder: Path) -> Iterator[Recording]:
    """What people said in English, with its text; ``origin`` is the person."""
    for row in _listed(folder / "speech.csv"):
        if row["lang"] == "en":
            person = f"{row['source']} {row['speaker']}".strip()
            path = folder / row["path"]
            yield Recording(path, PEOPLE[person], "", person, spoken(row["text"]), row["source"], row["licence"])


def _listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
