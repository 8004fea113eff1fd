"""Which channels make a mix in which nobody's voice is lost, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from transforms.audio.evidence import QUIET, Evidence
from transforms.audio.shares import Shares

LEAST_FRAMES = 6
"""Of a stretch in which a channel holds speech for it to be somebody's: 192 ms, a short word."""

CLEAN_DB = 15.0
"""A channel without speech that is quieter than the voice by so much may stay in: recognisers hear no difference."""

NO_SPEECH = 0.15
"""Mean probability, where others speak, below which a channel holds no speech; above it may be the same voice afar."""

CANCELS = 0.65
"""Power of a mix against that of channels that have nothing in common, below which they cancel: a correlation of
-0.35 of two.  Noise that is as loud as the voice brings an inverted channel up to -0.5."""

ALIKE = 0.6
"""Correlation, one shifted, from which on two channels hold the same voice."""

LATE_MS = 0.25
"""From here on the first notch of the comb of a mix lies below 2 kHz, in the midst of what words are made of."""

INVERTED = -0.8
"""Correlation of two channels up to which one is the other with its polarity inverted: turned, they are a mix."""

LEVEL_DB = 10.0
"""A copy that is quieter by more combs by less than 6 dB; a talker who is quieter by more at the same time is one heard
through another's microphone."""


class Judge:
    """What is best for each stretch, given what was chosen before.

    Args:
        channels: how many there are.
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels

    def voices(self, evidence: Evidence, stretch: int) -> list[int]:
        """The channels in which somebody speaks in a stretch."""
        frames = evidence.of(stretch)
        return [c for c in range(self._channels) if evidence.speaks[c, frames].sum() >= LEAST_FRAMES]

    def best(self, evidence: Evidence, stretch: int, voices: list[int], before: Shares, alive: Shares) -> Shares:
        """What was chosen before where that keeps the voices; else the average of all that are alive; else some.

        Args:
            voices: of :meth:`voices`, at least one.
            alive: the average of the channels that hold a signal.
        """
        for shares in (before, alive):
            if not self.harms(evidence, stretch, voices, shares):
                return shares
        return self._some(evidence, stretch, voices, before)

    def harms(self, evidence: Evidence, stretch: int, voices: list[int], shares: Shares) -> bool:
        """Whether a voice is lost in a mix, or hard to understand."""
        inside = [c for c in voices if shares.signs[c]]
        if any(self.is_missed(evidence, stretch, c, inside) for c in voices if not shares.signs[c]) or not inside:
            return True
        frames = evidence.of(stretch)
        spoken = evidence.speaks[inside, frames].any(axis=0)
        energy = evidence.energy[:, frames][:, spoken].sum(axis=1)
        beside = [c for c in shares.picked if c not in inside and evidence.speech[c, frames][spoken].mean() < NO_SPEECH]
        if energy[beside].sum() > energy[inside].sum() * 10 ** (-CLEAN_DB / 10):
            return True
        power = evidence.power[:, frames][:, spoken].sum(axis=1)
        if power[beside].sum() > power[inside].sum():  # rumble, which lies below voices, and drowns them all the same
            return True
        picked = list(shares.picked)
        if len(picked) == 1:
            return False
        mixed = evidence.mixed(stretch, np.array(shares.signs))[spoken].sum() * len(picked) ** 2
        if mixed < CANCELS * energy[picked].sum():
            return True
        loudest = max(inside, key=lambda c: energy[c])
        return any(
            energy[c] > energy[loudest] * 10 ** (-LEVEL_DB / 10) and self._combs(evidence, stretch, loudest, c)
            for c in inside
            if c != loudest
        )

    def is_missed(self, evidence: Evidence, stretch: int, channel: int, inside: Iterable[int]) -> bool:
        """Whether somebody speaks on a channel who is not heard on others, which are in the mix."""
        frames, within = evidence.of(stretch), list(inside)
        speaks = evidence.speaks[channel, frames]
        alone = speaks & (evidence.speech[within, frames] < QUIET).all(axis=0)
        if alone.sum() >= LEAST_FRAMES:
            return True
        energy = evidence.energy[:, frames][:, speaks].sum(axis=1)
        louder = [c for c in within if energy[c] > energy[channel] * 10 ** (LEVEL_DB / 10)]
        alike = [c for c in within if abs(evidence.likeness(stretch, channel, c).best) >= ALIKE]
        return not louder and not alike

    def _combs(self, evidence: Evidence, stretch: int, one: int, other: int) -> bool:
        likeness = evidence.likeness(stretch, one, other)
        shifted = abs(likeness.best) >= ALIKE and abs(likeness.best) > abs(likeness.at_once) + 0.1
        return shifted and likeness.late_ms >= LATE_MS

    def _some(self, evidence: Evidence, stretch: int, voices: list[int], before: Shares) -> Shares:
        """The best channel, and with it those on which others speak; of two, an inverted one turned."""
        clean = self._clean_db(evidence, voices)
        kept = before.picked if len(before.picked) < self._channels else ()
        ranked = sorted(voices, key=lambda c: (-clean[c] - (3.0 if c in kept else 0.0), c))
        if self._channels == 2 and len(voices) == 2:
            likeness = evidence.likeness(stretch, 0, 1)
            energy = evidence.energy[:, evidence.of(stretch)].sum(axis=1)
            if likeness.at_once <= INVERTED and energy.max() < 4 * energy.min():
                return Shares((1, -1))
        picked = [ranked[0]]
        for channel in ranked[1:]:
            if self.is_missed(evidence, stretch, channel, picked):
                picked.append(channel)
        several = Shares.of(self._channels, picked)
        return Shares.of(self._channels, picked[:1]) if self.harms(evidence, stretch, picked, several) else several

    def _clean_db(self, evidence: Evidence, voices: list[int]) -> dict[int, float]:
        """How far the speech of a channel stands above what else is on it, in whole decibels; louder is better by a
        little."""
        quiet = (evidence.speech < QUIET).all(axis=0)
        found = {}
        for channel in voices:
            speech = float(evidence.energy[channel, evidence.speaks[channel]].mean())
            rest = float(evidence.energy[channel, quiet].mean()) if quiet.any() else 0.0
            clean = 10 * np.log10(speech / max(rest, speech * 1e-6)) if speech > 0 else 0.0
            found[channel] = float(np.round(clean) + 0.1 * np.round(10 * np.log10(max(speech, 1e-12))))
        return found
