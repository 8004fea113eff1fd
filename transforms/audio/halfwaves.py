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
                self._count(self._rest[np.newaxis])
                self._held = 0
        n = (len(block) - begin) // WINDOW
        end = begin + n * WINDOW
        if n:
            self._count(block[begin:end].reshape(n, WINDOW, -1))
        if end < len(block):
            self._held = len(block) - end
            self._rest[: self._held] = block[end:]

    def _count(self, windows: np.ndarray) -> None:
        """Take float32 [n, WINDOW, channels]."""
        weights = np.array([self._weight(self._windows + i) for i in range(len(windows))])
        self._windows += len(windows)
        counted = np.flatnonzero(weights)
        for channel in range(windows.shape[2]) if len(counted) else ():
            sums, self._highest[channel] = self._counted(channel, windows[counted, :, channel], weights[counted])
            self._sums[channel] += sums

    @staticmethod
    def _weight(window: int) -> int:
        """How often the window of a number counts."""
        if window < ALL:
            return 1
        return 0 if (window - ALL) % EVERY else EVERY

    def _counted(self, channel: int, windows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray | float, float]:
        """What windows, [n, samples], add to the sums of a channel, and the extreme so far.

        The first and the last half wave of each are cut, and left out.
        """
        samples = windows.shape[1]
        size = np.abs(windows)
        highest = np.maximum.accumulate(np.append(self._highest[channel], size.max(axis=1, initial=0)))[1:]
        up = windows > 0
        crosses = np.zeros(windows.shape, bool)
        np.not_equal(up[:, 1:], up[:, :-1], out=crosses[:, 1:])
        starts = np.flatnonzero(crosses)
        near = np.flatnonzero(size > (BROAD * highest / REACH).astype(np.float32)[:, None])
        of_window = starts // samples
        wave = np.searchsorted(starts, near, "right") - 1
        # Of those whose start and end are in the same window; before the first start is wave -1.
        is_whole = np.append(of_window[1:] == of_window[:-1], [False, False])
        inside = is_whole[wave]
        near, wave = near[inside], wave[inside]
        if not len(near):
            return 0.0, float(highest[-1])
        near_size = size.ravel()[near]
        changes = wave[1:] != wave[:-1]
        first = np.concatenate([[0], np.flatnonzero(changes) + 1])
        waves, wave = wave[first], np.concatenate([[0], np.cumsum(changes)])
        peaks = np.maximum.reduceat(near_size, first)
        tops = np.bincount(wave[near_size > np.float32(BROAD) * peaks[wave]], minlength=len(waves))
        high = peaks >= (highest / REACH).astype(np.float32)[of_window[waves]]
        begin, peaks, tops = starts[waves[high]], peaks[high], tops[high]
        lengths = starts[waves[high] + 1] - begin
        level = np.floor(np.log2(peaks) * STEPS).astype(np.int64) + _OCTAVES * STEPS
        level = np.clip(level, 0, _LEVELS - 1) + np.where(up.ravel()[begin], 0, _LEVELS)
        times = weights[of_window[waves[high]]]
        each = (times, times * lengths, times * lengths * lengths, times * tops)
        return np.stack([np.bincount(level, one, 2 * _LEVELS) for one in each]), float(highest[-1])

    def levels(self, channel: int, side: int) -> np.ndarray:
        """[4, levels] of the half waves upwards (side 0) or downwards (1), of all that came.

        Half waves, their samples, the squares of these, and their samples at the top; from the highest level down.
        """
        sums = self._sums[channel]
        if self._held:
            left, weight = self._rest[np.newaxis, : self._held, channel], self._weight(self._windows)
            sums = sums + self._counted(channel, left, np.array([weight]))[0]
        sums = sums[:, side * _LEVELS : (side + 1) * _LEVELS]
        there = np.flatnonzero(sums[0])
        return sums[:, : there[-1] + 1][:, ::-1] if len(there) else sums[:, :0]
