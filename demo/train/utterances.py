"""Batches for transcripts: utterances in other circumstances, with their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
import torch

from demo.train import variation
from demo.train.data import augment
from demo.train.data.batching import neighbours
from demo.train.optimise import Batch
from demo.train.variation import Variety
from demo.train.waveform import RATE_HZ
from demo.untrained.speech import LETTERS

BATCH_S, SHORT_S, LONGEST_S = 40.0, 2.5, 12.0
BETWEEN = LETTERS.index("|")
OF_MANY = Variety()


@dataclass(frozen=True)
class Course:
    """What is learnt when, in shares of the steps.

    Attributes:
        short_until: short clips in small batches.
        regression_until: spectrograms are to be guessed beside the letters.
        any_order_until: after this there are more sentences.
        shares: of the batches, those that are words in any order, sentences, digit strings by synthesisers and by
            people, at first;
        late_shares: and after ``any_order_until``.
        joined: the share of the synthesisers' batches whose clips are two utterances in a row: people say more than one
            sentence.
        draw: the number of the lots that are drawn, so that a second course hears other batches.
        strange: the share of the utterances that get another tract, and of those another voice's colour.
        early: the weight of what pulls each letter towards the beginning of its sound, see
            :func:`demo.train.transcriber.lateness`.
        batch_s: seconds of audio in a step; half of it while clips are short.
        part: how much of a step's audio is in one batch: less than all of it where several processes take one each.
    """

    steps: int
    short_until: float = 0.13
    regression_until: float = 0.12
    any_order_until: float = 0.45
    shares: tuple[float, float, float, float] = (1 / 3, 1 / 3, 1 / 6, 1 / 6)
    late_shares: tuple[float, float, float, float] = (1 / 6, 1 / 2, 1 / 6, 1 / 6)
    joined: float = 0.0
    peak_rate: float = 1.5e-3
    averaging: float = 0.0
    draw: int = 0
    strange: float = 0.4
    early: float = 0.0
    batch_s: float = BATCH_S
    part: float = 1.0


Drawn = list[tuple[np.ndarray, list[int]]]
"""Clips, float32 [n] at 16 kHz, and the ids of their letters."""


class Source(Protocol):
    """What batches are drawn from.  Where the people are few it takes the more variety."""

    @property
    def variety(self) -> Variety: ...
    def some(self, rng: np.random.Generator, seconds: float, longest: float, takes: int) -> Drawn:
        """Clips of about one length and about ``seconds`` in all, of utterances that take about ``longest`` seconds or
        less; where they can be joined, each of ``takes`` of them in a row.
        """
        ...


@dataclass(frozen=True)
class Said:
    """Utterances, the shortest first: float32 [n] at 16 kHz each, and the ids of their letters."""

    clips: Sequence[np.ndarray]
    letters: Sequence[Sequence[int]]
    variety: Variety = OF_MANY

    def some(self, rng: np.random.Generator, seconds: float, longest: float, takes: int) -> Drawn:
        count = max(8, int(np.searchsorted([len(clip) for clip in self.clips], longest * RATE_HZ)))
        enough = max(64, int(seconds))
        order = neighbours(min(count, len(self.clips)), enough, rng, max(200, 2 * enough))
        size = max(2, int(seconds * RATE_HZ / takes / np.mean([len(self.clips[i]) for i in order])))
        chosen = [order[i : i + takes] for i in range(0, min(size * takes, len(order) - takes + 1), takes)]
        return [
            (
                _in_a_row([self.clips[i] for i in row], rng),
                list(chain.from_iterable([BETWEEN, *self.letters[i]] for i in row))[1:],
            )
            for row in chosen
        ]


def batch_of(sources: Sequence[Source], seed: int, course: Course, step: int) -> Batch:
    """Utterances of about one length, from one of the sources, in other circumstances.

    Args:
        sources: words in any order, sentences, digit strings of synthesisers, of people; which of them is drawn by
            ``course.shares``.

    Returns: ``clips`` float32 [n, n_samples], zero behind each end; ``lengths`` int64 [n]; ``labels`` int64
        [n, n_letters], -100 behind each end; and what :func:`demo.train.variation.drawn` gives, one a clip.
    """
    rng = np.random.default_rng((seed, step, course.draw) if course.draw else (seed, step))
    late = step >= course.any_order_until * course.steps
    source = sources[rng.choice(len(sources), p=course.late_shares if late else course.shares)]
    early = step < course.short_until * course.steps
    takes = 2 if not early and rng.random() < course.joined else 1
    seconds = course.part * course.batch_s * (0.5 if early else 1.0)
    drawn = source.some(rng, seconds, SHORT_S if early else LONGEST_S, takes)
    variety = source.variety.at_least(course.strange)
    clips = [_at_another_speed(clip, rng, variety.widest) for clip, _ in drawn]
    letters = [ids for _, ids in drawn]
    batch = {
        "clips": _padded(clips, np.float32(0)),
        "lengths": np.array([len(clip) for clip in clips]),
        "labels": _padded([np.array(ids) for ids in letters], np.int64(-100)),
    }
    circumstances = [variation.drawn(rng, variety) for _ in clips]
    batch |= {name: np.stack([one[name] for one in circumstances]) for name in circumstances[0]}
    return {name: torch.from_numpy(values) for name, values in batch.items()}


def _padded(rows: Sequence[np.ndarray], behind: np.generic) -> np.ndarray:
    """One below the other, each filled up with ``behind``."""
    table = np.full((len(rows), max(map(len, rows))), behind)
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return table


def _in_a_row(clips: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """One after the other, with a rest of up to half a second between."""
    pieces = [clips[0]]
    for clip in clips[1:]:
        pieces += [np.zeros(int(rng.uniform(0, 0.5) * RATE_HZ), np.float32), clip]
    return np.concatenate(pieces)


def _at_another_speed(clip: np.ndarray, rng: np.random.Generator, widest: float) -> np.ndarray:
    """Faster or slower by up to ``widest``, and higher or lower with it; rarely through a codec."""
    if rng.random() < 0.7:
        clip = augment.speed(clip, rng.uniform(1 - widest, 1 + widest))
    if rng.random() < 0.02:
        clip = augment.any_codec(clip, RATE_HZ, rng)
    return clip
