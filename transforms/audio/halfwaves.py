"""Half waves of a recording: how high they are, how long and how broad at the top, counted by level."""

from __future__ import annotations

import numpy as np

WINDOW = 32_768
"""Samples, in which half waves are looked for, from the first sample on: blocks of any size count the same."""

STEPS = 12
"""Levels an octave: one is 0.5 dB."""

_OCTAVES = 40  # above and below 1.0; what lies beyond counts as the outermost
_LEVELS = 2 * _OCTAVES * STEPS

ALL = 256
"""Windows that are all looked at, 9 minutes at 16 kHz.  Of those after them every fourth is, and counts four times."""

EVERY = 4

BROAD = 0.8
"""Of its own peak, over which a half wave is at its top.  A sine is there for 41 % of the time, speech for less."""

REACH = 4
"""Half waves under a quarter of the extreme so far are not counted: no top of interest, and much work."""


class HalfWaves:
    """Counts the half waves of each channel by side and by level, in 200 kB a channel.

    Args:
        channels: of the blocks.
    """

    def __init__(self, channels: int) -> None:
        self._rest = np.zeros((WINDOW, channels), np.float32)
        self._held = 0
        self._windows = 0
        self._highest = np.zeros(channels)
        self._sums = np.zeros((channels, 4, 2 * _LEVELS))  # waves, samples, samples squared, samples at the top

    def push(self, block: np.ndarray) -> None:
        """Takes the next finite samples, float32 [n, channels]."""
        begin = 0
        if self._held:
            begin = min(WINDOW - self._held, len(block))
            self._rest[self._held : self._held + begin] = block[:begin]
            self._held += begin
            if self._held == WINDOW:
                self._count(self._rest)
                self._held = 0
        while len(block) - begin >= WINDOW:
            self._count(block[begin : begin + WINDOW])
            begin += WINDOW
        if begin < len(block):
            self._held = len(block) - begin
            self._rest[: self._held] = block[begin:]

    def _count(self, window: np.ndarray) -> None:
        if self._weight:
            for channel in range(window.shape[1]):
                sums, self._highest[channel] = self._counted(channel, window[:, channel])
                self._sums[channel] += sums * self._weight
        self._windows += 1

    @property
    def _weight(self) -> int:
        """How often the window that comes counts."""
        if self._windows < ALL:
            return 1
        return 0 if (self._windows - ALL) % EVERY else EVERY

    def _counted(self, channel: int, samples: np.ndarray) -> tuple[np.ndarray | float, float]:
        """What a window adds to the sums of a channel, and the extreme so far.

        The first and the last half wave are cut, and left out.
        """
        size = np.abs(samples)
        highest = max(float(self._highest[channel]), float(size.max(initial=0)))
        up = samples > 0
        starts = np.flatnonzero(up[1:] != up[:-1]) + 1
        near = np.flatnonzero(size > np.float32(BROAD * highest / REACH))
        if len(starts) < 2 or not len(near):
            return 0.0, highest
        near = near[(near >= starts[0]) & (near < starts[-1])]
        if not len(near):
            return 0.0, highest
        wave = np.searchsorted(starts, near, "right") - 1
        changes = wave[1:] != wave[:-1]
        first = np.concatenate([[0], np.flatnonzero(changes) + 1])
        waves, wave = wave[first], np.concatenate([[0], np.cumsum(changes)])
        peaks = np.maximum.reduceat(size[near], first)
        tops = np.bincount(wave[size[near] > np.float32(BROAD) * peaks[wave]], minlength=len(waves))
        high = peaks >= np.float32(highest / REACH)
        lengths = np.diff(starts)[waves][high]
        level = np.floor(np.log2(peaks[high]) * STEPS).astype(np.int64) + _OCTAVES * STEPS
        level = np.clip(level, 0, _LEVELS - 1) + np.where(up[starts[waves[high]]], 0, _LEVELS)
        weights = (np.ones(len(lengths)), lengths, lengths * lengths, tops[high])
        return np.stack([np.bincount(level, weight, 2 * _LEVELS) for weight in weights]), highest

    def levels(self, channel: int, side: int) -> np.ndarray:
        """[4, levels] of the half waves upwards (side 0) or downwards (1), of all that came.

        Half waves, their samples, the squares of these, and their samples at the top; from the highest level down.
        """
        sums = self._sums[channel]
        if self._held:
            sums = sums + self._weight * self._counted(channel, self._rest[: self._held, channel])[0]
        sums = sums[:, side * _LEVELS : (side + 1) * _LEVELS]
        there = np.flatnonzero(sums[0])
        return sums[:, : there[-1] + 1][:, ::-1] if len(there) else sums[:, :0]
