"""Audio to measure with, cut from the demo corpus: every second of it synthesised."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

import demo
from demo.encoding import write
from transforms.audio.channels import mix
from transforms.audio.resample import Resampler
from transforms.decode.audio import open_audio

DEMO = Path(demo.__file__).parent / "corpus"
INTERVIEWS = ("interviews/taste.mp3", "interviews/factory.opus")
SOUNDS = "scenes/sounds.ogg"
RATE = 48_000
"""Of what is written: the rate of Opus, and of CLAP."""
FILE_SECONDS = 9.5
"""Short enough for every model to hear a file whole in one window and in one segment: the plain way's work and ours
are then the same."""
FORMATS = (".wav", ".flac", ".mp3", ".opus")
"""Those that libsndfile reads as well, taken in turn."""
BITS_PER_SECOND = 96_000


@dataclass(frozen=True)
class Corpus:
    """Audio files that a benchmark hears.

    Attributes:
        name: for people.
        seconds: of all files together.
    """

    name: str
    paths: tuple[Path, ...]
    seconds: float


def decoded(path: Path, rate: int) -> np.ndarray:
    """A file as the run hears it: all channels averaged, float32 [n] at ``rate``."""
    with open_audio(str(path)) as audio:
        resampler = Resampler(audio.format.sample_rate_hz, rate)
        return np.concatenate([*(resampler.push(mix(block)) for block in audio.blocks()), resampler.flush()])


def speech(seconds: float, rate: int = RATE) -> np.ndarray:
    """Sentence after sentence without the pauses between them, from the beginning again where there are no more."""
    return tiled(_sentences(seconds, rate), seconds, rate)


def sounds(seconds: float, rate: int = RATE) -> np.ndarray:
    """Rain, bells, knocks and the like, and the silence between them."""
    return tiled([decoded(DEMO / SOUNDS, rate)], seconds, rate)


def tiled(parts: Iterable[np.ndarray], seconds: float, rate: int) -> np.ndarray:
    """The parts one behind the other, repeated or cut to ``seconds``: float32 [n]."""
    return np.resize(np.concatenate(list(parts)), round(seconds * rate))


def all_speech(folder: Path, seconds: float) -> Corpus:
    """Files in which somebody speaks from the first second to the last."""
    return _corpus("all speech", folder / "speech", _pieces(speech(seconds)))


def half_speech(folder: Path, seconds: float) -> Corpus:
    """Files of which the first half is speech and the second half is sounds."""
    pieces = zip(_pieces(speech(seconds)), _pieces(sounds(seconds)), strict=True)
    halves = (np.concatenate([said[: len(said) // 2], heard[len(said) // 2 :]]) for said, heard in pieces)
    return _corpus("half speech, half sounds", folder / "half", halves)


def _corpus(name: str, folder: Path, pieces: Iterable[np.ndarray]) -> Corpus:
    paths, n = [], 0
    for i, (piece, ending) in enumerate(zip(pieces, cycle(FORMATS), strict=False)):
        paths.append(folder / f"{i:03d}{ending}")
        write(paths[-1], piece[:, np.newaxis], RATE, BITS_PER_SECOND)
        n += len(piece)
    return Corpus(name, tuple(paths), n / RATE)


def _pieces(samples: np.ndarray) -> list[np.ndarray]:
    """As few as can be of at most :data:`FILE_SECONDS`, at least two."""
    return np.array_split(samples, max(2, -(-len(samples) // round(FILE_SECONDS * RATE))))


def _sentences(seconds: float, rate: int) -> Iterator[np.ndarray]:
    """The sentences of the interviews, as ``truth.csv`` has them, until there is enough."""
    with (DEMO / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "speech"]
    left = round(seconds * rate)
    for interview in INTERVIEWS:
        if left <= 0:
            return
        whole = decoded(DEMO / interview, rate)
        for row in rows:
            if row["file"] == interview:
                start, end = (round(int(row[edge]) * rate / 1000) for edge in ("start_ms", "end_ms"))
                yield whole[start:end]
                left -= end - start
