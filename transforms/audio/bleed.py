"""Speech that one channel has of another: a copy of it, or a talker heard through another's microphone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import fft

from schemas.mixes import copies
from schemas.records import Clip, Segment
from transforms.audio.evidence import HIGHEST_HZ, LOWEST_HZ, MOST_LATE_MS
from transforms.audio.speech import RATE
from transforms.audio.windows import Samples

COPY = 0.98
"""Correlation, at once and of either sign, from which on a segment is a copy."""

BLEEDS = 0.35
"""Correlation, one shifted, from which on a second of a segment is the speech of the other channel, with its room."""

QUIETER_DB = 5.0
"""By so much a microphone hears another's talker less than that talker's own."""

MOST_COMPARED = 16
"""Channels: of more, none is compared."""


@dataclass(frozen=True)
class Found:
    """Whose speech a segment is: the index of the channel, and whether it is a copy of it."""

    channel: int
    is_copy: bool


@dataclass(frozen=True)
class Copied:
    """There was a segment that is a copy: it has no row."""


class Bleed:
    """Compares each segment with the other channels over the same time.

    It holds as much of each channel as the longest open segment, at 16 kHz.

    Args:
        numbers: of the channels, as their places have them.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = tuple(numbers)
        self._channels = [Samples() for _ in numbers if 1 < len(numbers) <= MOST_COMPARED]
        self._own: set[int] = set()
        self._copies: dict[int, int] = {}
        self._any = False

    @property
    def words(self) -> tuple[str, ...]:
        """Of each channel all of whose speech is a copy, as ``recordings.mix`` has it."""
        found = self._copies.items()
        return tuple(copies(self._numbers[one], self._numbers[of]) for one, of in found if one not in self._own)

    @property
    def has_found(self) -> bool:
        """Whether any speech stands on more than one channel."""
        return self._any

    def mark(self, channel: int, heard: Iterator[Segment | Clip]) -> Iterator[Segment | Clip | Copied]:
        """What was heard on the channel of an index; segments that bled say from where, of a copy only that it was one.

        Neither has clips: what is said and felt in them is said and felt on the other channel.
        """
        left_out = ""
        for one in heard:
            if isinstance(one, Clip):
                if one.parent != left_out:
                    yield one
                continue
            found = self.of(channel, one)
            self._any = self._any or found is not None
            left_out = "" if found is None else one.place.id
            if found is not None and found.is_copy:
                self._copies.setdefault(channel, found.channel)
                yield Copied()
                continue
            self._own.add(channel)
            yield one if found is None else replace(one, bleed_of=self._numbers[found.channel])

    def push(self, audio: np.ndarray) -> None:
        """Take float32 [n, channels] at 16 kHz, before the segments that end in it."""
        for i, samples in enumerate(self._channels):
            samples.push(np.ascontiguousarray(audio[:, i]))

    def trim(self, start: int) -> None:
        """Forget what lies before a sample that no segment to come reaches back to."""
        for samples in self._channels:
            samples.trim(start)

    def of(self, channel: int, segment: Segment) -> Found | None:
        """Whose speech a segment of a channel is; None where it is its own."""
        if not self._channels:
            return None
        start = segment.place.start_ms * RATE // 1000
        mine = segment.samples
        others = {i: s.slice(start, start + len(mine)) for i, s in enumerate(self._channels) if i != channel}
        for other, theirs in others.items():
            if other < channel and abs(_at_once(mine, theirs)) >= COPY:
                return Found(other, is_copy=True)
        bleeding = [other for other, theirs in others.items() if _bleeds(mine, theirs)]
        if not bleeding:
            return None
        return Found(max(bleeding, key=lambda i: float(np.square(others[i]).sum())), is_copy=False)


def _at_once(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.square(one).sum()) * float(np.square(other).sum())
    return float(one @ other) / norm**0.5 if norm > 0 else 0.0


def _bleeds(mine: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether every second of ``mine`` is what ``theirs`` has, quieter and not earlier."""
    edges = np.linspace(0, len(mine), max(1, len(mine) // RATE) + 1).astype(int)
    return all(_is_of(mine[a:b], theirs[a:b]) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _is_of(mine: np.ndarray, theirs: np.ndarray) -> bool:
    size = 2 * len(mine)
    hz = fft.rfftfreq(size, 1 / RATE)
    spectra = fft.rfft(np.stack([mine, theirs]), size, axis=1)
    spectra[:, (hz < LOWEST_HZ) | (hz > HIGHEST_HZ)] = 0
    powers = np.square(fft.irfft(spectra, size, axis=1)).sum(axis=1)
    if powers[0] > powers[1] * 10 ** (-QUIETER_DB / 10) or powers.min() <= 0:
        return False
    product = np.abs(fft.irfft(spectra[0] * spectra[1].conj(), size)) / np.sqrt(powers.prod())
    most = MOST_LATE_MS * RATE // 1000
    near = np.concatenate([product[-most:], product[: most + 1]])
    late = int(near.argmax()) - most
    return bool(near.max() >= BLEEDS and late >= -4)  # a quarter of a millisecond
