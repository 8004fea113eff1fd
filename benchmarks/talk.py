"""Speech with transcripts, from a list of the user's: as short files, and joined to one long talk."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, cycle
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.material import decoded
from benchmarks.word_errors import words_of

RATE = 16_000
PAUSE_S = 0.5
LEAST_WORDS = 2
"""Of a clip: a digit or a name alone is no talk."""


@dataclass(frozen=True)
class Spoken:
    """A file of speech.

    Attributes:
        starts: of each word of the text in seconds, None where nobody knows.
    """

    path: Path
    text: str
    seconds: float
    starts: tuple[float | None, ...]


def spoken_of(listed: Path, folder: Path) -> list[Spoken]:
    """The English clips of a list, decoded once and written as 16 kHz mono WAV into ``folder``.

    Args:
        listed: CSV with the columns ``path`` (from its own folder), ``text`` and, if it holds several, ``lang``.

    Raises:
        ValueError: it has none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    with listed.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("lang", "en") == "en"]
    for number, row in enumerate(row for row in rows if len(words_of(row["text"])) >= LEAST_WORDS):
        samples, path = decoded(listed.parent / row["path"], RATE), folder / f"{number:04d}.wav"
        soundfile.write(path, samples, RATE, "PCM_16")
        unknown = (None,) * len(words_of(row["text"]))
        found.append(Spoken(path, row["text"], len(samples) / RATE, unknown))
    if not found:
        raise ValueError(f"{listed}: no English clip with a text of {LEAST_WORDS} words or more")
    return found


def aligned(clips: Sequence[Spoken], starts: Sequence[Sequence[float] | None]) -> list[Spoken]:
    """The clips with the starts of their words, as far as they are known."""
    return [
        clip if known is None else replace(clip, starts=tuple(known)) for clip, known in zip(clips, starts, strict=True)
    ]


def talk_of(clips: Sequence[Spoken], seconds: float, path: Path) -> Spoken:
    """The clips joined with pauses to a talk of about so many seconds, written as FLAC.

    Where they do not reach they come again in the other order, so that each stands in another neighbourhood.
    """
    parts: list[np.ndarray] = []
    texts, starts, at = [], [], 0.0
    for clip in chain.from_iterable(cycle([list(clips), list(reversed(clips))])):
        samples = soundfile.read(clip.path, dtype="float32")[0]
        parts += [samples, np.zeros(round(PAUSE_S * RATE), np.float32)]
        texts.append(clip.text)
        starts += [None if start is None else at + start for start in clip.starts]
        at += clip.seconds + PAUSE_S
        if at >= seconds:
            break
    soundfile.write(path, np.concatenate(parts), RATE, "PCM_16")
    return Spoken(path, " ".join(texts), at, tuple(starts))
