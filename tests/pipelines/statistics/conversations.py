"""Made-up corpora of conversations, whose truth is known: of how they are drawn, docs/statistics.md says more.

Recordings differ in length (log-normal, sigma 1: the longest of 20 is some 40 times as long as the shortest) and from
each other (each has a share, a rate or a reliability of its own).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.statistics.coefficients import Said
from pipelines.statistics.intervals import Of

LABELS = np.array(["ang", "hap", "neu", "sad"])
Drawn = tuple[np.ndarray, np.ndarray]
"""Parts and wholes of each recording."""


@dataclass(frozen=True)
class Ratio:
    """A ratio, its truth, and how corpora of ``n`` recordings are drawn."""

    of: Of
    truth: float
    draw: Callable[[np.random.Generator, int], Drawn]


def minutes(rng: np.random.Generator, n: int) -> np.ndarray:
    return 10 * rng.lognormal(0, 1, n)


MEAN_MINUTES = 10 * np.exp(0.5)


def share(mean: float, having: float = 1.0) -> Ratio:
    """Clips of 5 s; the share of a recording is beta with mean / having and 5 clips' worth of evenness."""

    def draw(rng: np.random.Generator, n: int) -> Drawn:
        clips = np.maximum(1, np.round(minutes(rng, n) * 6)).astype(int)
        own = rng.beta(5 * mean / having, 5 * (1 - mean / having), n) * (rng.random(n) < having)
        return 5.0 * rng.binomial(clips, own), 5.0 * clips

    return Ratio("share", mean, draw)


def rate(each: float, spread: float, having: float = 1.0) -> Ratio:
    """``each`` mentions in a recording of mean length; a recording's own rate is gamma with variance ``spread``."""
    an_hour = each / MEAN_MINUTES * 60

    def draw(rng: np.random.Generator, n: int) -> Drawn:
        hours = minutes(rng, n) / 60
        own = rng.gamma(1 / spread, spread, n) * (rng.random(n) < having) / having
        return rng.poisson(an_hour * own * hours).astype(float), hours

    return Ratio("count", an_hour, draw)


def difference() -> Ratio:
    """How much likelier an emotion is at mentions: 0.1 with a deviation of 0.2 of recordings and of mentions."""

    def draw(rng: np.random.Generator, n: int) -> Drawn:
        mentions = 1 + rng.poisson(minutes(rng, n) / 5)
        return (0.1 + rng.normal(0, 0.2, n)) * mentions + rng.normal(0, 0.2, n) * np.sqrt(mentions), mentions

    return Ratio("mean", 0.1, draw)


RATIOS = {
    "share of 50 %": share(0.5),
    "share of 10 %": share(0.1),
    "share of 10 %, in a fifth of the recordings": share(0.1, 0.2),
    "share of 2 %": share(0.02),
    "10 mentions in a recording": rate(10, 0.5),
    "10 mentions, a rate that varies more": rate(10, 2),
    "1 mention in a recording": rate(1, 0.5),
    "1 mention, a rate that varies more": rate(1, 2),
    "1 mention in 10 recordings": rate(0.1, 1),
    "difference of an emotion": difference(),
}


def coded(rng: np.random.Generator, n: int) -> list[Said]:
    """Pairs of labels of some 8 segments of each recording, 70 % alike, more in some recordings than in others."""
    sheet = []
    for _ in range(n):
        size = max(1, round(6 * rng.lognormal(0, 0.7)))
        person = rng.choice(4, size, p=rng.dirichlet((1.0, 1.5, 4.0, 1.5)))
        alike = rng.random(size) < rng.beta(3.5, 1.5)
        machine = np.where(alike, person, (person + rng.integers(1, 4, size)) % 4)
        sheet.append([(str(one), str(other)) for one, other in LABELS[np.stack([person, machine], axis=1)]])
    return sheet
