"""The fixed grid: one channel, at several rates, cut into windows of 10 s as it is decoded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from schemas.records import Place, Window
from schemas.sound import WINDOW_MS
from transforms.audio.level import without_offset

CONTEXT_RATE = 16_000
CONTEXT = 512
"""Samples at 16 kHz beside a window: half of the longest analysis frame (1024)."""

SILENCE_DBFS = -60.0


class Samples:
    """A growing end and a trimmed start: the part of one channel at one rate that is still wanted."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self.start = 0
        self.end = 0

    def push(self, part: np.ndarray) -> None:
        self._parts.append(part)
        self.end += len(part)

    def slice(self, start: int, end: int) -> np.ndarray:
        """Samples [start, end) of the recording, float32; zeros where it has none."""
        joined = self._joined()
        low, high = max(start, self.start), min(end, self.end)
        inside = joined[low - self.start : max(high, low) - self.start]
        if low == start and high == end:
            return inside.copy()  # the buffer is trimmed later; a view would keep all of it alive
        out = np.zeros(end - start, dtype=np.float32)
        out[low - start : low - start + len(inside)] = inside
        return out

    def trim(self, start: int) -> None:
        """Forget what lies before sample ``start``."""
        if start > self.start:
            kept = self._joined()[start - self.start :]
            self._parts = [kept]
            self.start = self.end - len(kept)

    def _joined(self) -> np.ndarray:
        if len(self._parts) != 1:
            self._parts = [np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)]
        return self._parts[0]


class Grid:
    """Cuts one channel into windows.

    Args:
        place: where the channel lies; its times are ignored.
        rates: the rates whose samples a window carries, in Hz; 16 kHz is always cut for context.
    """

    def __init__(self, place: Place, rates: tuple[int, ...]) -> None:
        self._place = place
        self._rates = rates
        self._buffers = {rate: Samples() for rate in {*rates, CONTEXT_RATE}}
        self._next = 0

    @property
    def wanted_from(self) -> int:
        """The first sample at 16 kHz of the windows still to come."""
        return self._next * WINDOW_MS * CONTEXT_RATE // 1000

    def push(self, parts: Mapping[int, np.ndarray]) -> Iterator[Window]:
        """Take the next samples, float32 [n], of each rate; give the windows that they complete."""
        for rate, buffer in self._buffers.items():
            buffer.push(parts[rate])
        while self._complete():
            yield self._cut((self._next + 1) * WINDOW_MS)

    def finish(self, duration_ms: int) -> Iterator[Window]:
        """Give the windows that are left of a channel that was ``duration_ms`` long."""
        while self._next * WINDOW_MS < duration_ms:
            yield self._cut(min((self._next + 1) * WINDOW_MS, duration_ms))

    def _complete(self) -> bool:
        end_ms = (self._next + 1) * WINDOW_MS
        return all(
            buffer.end >= end_ms * rate // 1000 + (CONTEXT if rate == CONTEXT_RATE else 0)
            for rate, buffer in self._buffers.items()
        )

    def _cut(self, end_ms: int) -> Window:
        start_ms = self._next * WINDOW_MS
        # Where the recording ends between two milliseconds, the last window ends with its samples.
        bounds = {
            rate: (start_ms * rate // 1000, max(start_ms * rate // 1000 + 1, min(end_ms * rate // 1000, buffer.end)))
            for rate, buffer in self._buffers.items()
        }
        start, end = bounds[CONTEXT_RATE]
        window = Window(
            place=Place(self._place.uri, self._place.recording_id, self._place.channel, start_ms, end_ms),
            audio={rate: self._buffers[rate].slice(*bounds[rate]) for rate in self._rates},
            context=self._buffers[CONTEXT_RATE].slice(start - CONTEXT, end + CONTEXT),
        )
        self._next += 1
        for rate, buffer in self._buffers.items():
            buffer.trim(bounds[rate][1] - CONTEXT)
        return window


def level_dbfs(samples: np.ndarray) -> float | None:
    """Root mean square of ``samples`` without their offset, in dB of full scale; None for digital silence."""
    power = float(np.mean(np.square(without_offset(samples), dtype=np.float64))) if len(samples) else 0.0
    return 10.0 * math.log10(power) if power > 0 else None
