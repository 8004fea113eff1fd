"""Flat tops: what share of the samples stands at a level that the sound would have passed.

Two things tell.  Where the samples are as they were clipped, many of them stand at the extreme and few just under it.
Where a filter or a lossy coder bent the tops since, the half waves tell: many differently long ones end at one level,
with tops broader than a sine's, far more than end a little lower.  A tone has equal half waves, and speech that is
whole has fewer the higher they are.
"""

from __future__ import annotations

import math

import numpy as np

from transforms.audio.halfwaves import HalfWaves

BITS = 11
"""Of a float's mantissa, which tell apart the levels of the upper half: steps of 0.05 to 0.1 %."""

_BINS = 1 << BITS
_SHIFT = 23 - BITS

NEAR = (0.001, 0.004, 0.015, 0.03, 0.06, 0.12)
"""Shares of the extreme, within which a top may be flat: coders, filters and mu-law blur it."""

FAR = 4
"""A level that many samples stand near is flat if not twice as many stand so many times nearly.

A sine has exactly twice as many, speech and music have more.
"""

SURE = 0.004
"""Share of the extreme, within which a level is flat by the count alone, if nearly all stand there (:data:`ALMOST`).

A wave with overtones may be as broad at its top, but bends.  Farther down its half waves have to differ, too.
"""

ALMOST = 1.25
"""Times as many that stand :data:`FAR` times as near: at a top as even as a sum of two tones can be they are 1.4."""

PILE = 4
"""Levels of half waves, 2 dB in all, over which a coder and a filter spread the tops of one level."""

DEEP = 12
"""Levels under the extreme, 6 dB, where the tops may end: a coder's overshoot stands above them."""

PILED = 1.7
"""Times as many half waves as in the same range 1 to 5 dB lower.  Speech that is whole has 1.5 at most."""

SQUARE = 0.44
"""Of the time of these half waves at their tops (:data:`~transforms.audio.halfwaves.BROAD`); a sine has 0.41."""

UNLIKE = 0.5
"""Spread of their lengths by the mean: of a tone's beside speech 0.25 at most, of clipped speech 0.7 at least."""

LONG = 5.0
"""Samples, their mean length: noise has half waves of two, whose tops tell nothing."""

FEW = 20
"""Half waves that tell nothing."""

CHANCE = 2.0
"""Standard deviations of a count that are no flat top: of a short recording a few samples stand near the extreme."""

MOST_BENT = 16
"""Channels whose half waves are looked at, for these take 200 kB each; of others only what is flat still counts."""


class ClippingMeter:
    """Counts how many samples stand how near to the extreme, on either side of each channel, in 16 kB a side.

    Half waves are counted beside them.

    The extreme is known at the end only.  Counts stand by the level itself, so that they hold whatever comes, and those
    under half of the extreme are forgotten.

    Args:
        channels: of the blocks.
    """

    def __init__(self, channels: int) -> None:
        self._highest = np.zeros((channels, 2))  # upwards and downwards
        self._lowest = np.full((channels, 2), np.inf)
        self._top = np.zeros((channels, 2), np.int64)
        self._counts = np.zeros((channels, 2, _BINS), np.int64)  # the last is of the highest level
        self._samples = 0
        self._waves = HalfWaves(min(channels, MOST_BENT))

    def push(self, block: np.ndarray) -> None:
        """Takes the next finite samples, float32 [n, channels]."""
        self._samples += block.size
        self._waves.push(block[:, :MOST_BENT])
        for channel in range(block.shape[1]):
            samples = block[:, channel]
            most, least = float(samples.max()), float(samples.min())
            for side, (high, low) in enumerate(((most, least), (-least, -most))):
                self._lowest[channel, side] = min(self._lowest[channel, side], low)
                if high > 0 and high >= self._highest[channel, side] / 2:
                    self._count(channel, side, samples if side == 0 else -samples, high)

    def _count(self, channel: int, side: int, samples: np.ndarray, high: float) -> None:
        if high > self._highest[channel, side]:
            self._highest[channel, side] = high
            top = int(np.float32(high).view(np.int32) >> _SHIFT)
            moved = top - int(self._top[channel, side])
            counts = self._counts[channel, side]
            counts[: max(0, _BINS - moved)] = counts[min(moved, _BINS) :].copy()
            counts[max(0, _BINS - moved) :] = 0
            self._top[channel, side] = top
        lowest = int(self._top[channel, side]) - _BINS + 1
        near = samples[samples >= np.float32(self._highest[channel, side] / 2)]
        levels = (near.view(np.int32) >> _SHIFT) - lowest
        self._counts[channel, side] += np.bincount(levels[levels >= 0], minlength=_BINS)

    @property
    def share(self) -> float:
        """The share of the samples of all channels that stand in flat tops, in [0, 1]."""
        if not self._samples:
            return 0.0
        sides = np.ndindex(*self._top.shape)
        return sum(self._clipped(channel, side) for channel, side in sides) / self._samples

    def _clipped(self, channel: int, side: int) -> int:
        waves = self._waves.levels(channel, side) if channel < MOST_BENT else np.zeros((4, 0))
        flat = self._flat(channel, side, _differ(waves[:, : DEEP // 2].sum(axis=1)))
        bent = _bent(waves)
        return flat if 2 * flat >= bent else bent

    def _flat(self, channel: int, side: int, differ: bool) -> int:
        """Samples at the extreme, as they were clipped; `differ` says that the half waves there do."""
        highest = self._highest[channel, side]
        if highest <= 0 or self._lowest[channel, side] > highest / 2:
            return 0  # an offset with little around it, or nothing
        counts = self._counts[channel, side]
        levels = ((int(self._top[channel, side]) - _BINS + 1 + np.arange(_BINS)) << _SHIFT).astype(np.int32)
        below = 1 - levels.view(np.float32).astype(np.float64) / highest  # of the foot of each bin; falls to 0
        there = below[counts > 0]
        step = np.min(-np.diff(there)) if len(there) > 1 else 1.0
        reached = np.cumsum(counts[::-1])[::-1]
        most = 0
        for near in NEAR:
            if FAR * near < 2 * step:
                continue  # so few levels do not tell
            at = int(np.argmax(below <= near))
            beyond = int(np.argmax(below <= FAR * below[at]))
            nearly = int(reached[max(0, beyond - 1)])
            flat = 2 * int(reached[at]) - nearly - int(CHANCE * math.sqrt(nearly))
            sure = differ or (near <= SURE and nearly <= ALMOST * reached[at])
            if sure and 2 * flat >= reached[at]:
                most = max(most, flat)
        return most


def _differ(sums: np.ndarray) -> bool:
    """Whether half waves of these sums (:meth:`~transforms.audio.halfwaves.HalfWaves.levels`) are unlike each other."""
    waves, samples, squares, _ = sums
    return bool(waves >= 2 and squares * waves - samples**2 >= (UNLIKE * samples) ** 2)


def _bent(waves: np.ndarray) -> int:
    """Samples at tops that were flat before a filter or a coder bent them; 0 if no level has them."""
    waves = np.pad(waves, ((0, 0), (0, DEEP + 4 * PILE)))
    at = int(np.argmax([waves[0, level : level + PILE].sum() for level in range(DEEP + 1)]))
    piled = waves[:, at : at + PILE].sum(axis=1)
    lower = waves[0, at + PILE + 2 : at + 3 * PILE + 2].sum() / 2
    count, samples, _, tops = piled
    if count < FEW or samples < LONG * count or tops < SQUARE * samples or count < PILED * lower:
        return 0
    return int(tops) if _differ(piled) else 0
