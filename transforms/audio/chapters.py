"""Blocks as they come, gathered to stretches that are judged, with what is known of their channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from transforms.audio.evidence import FRAMES, NOTHING, STRETCH, Evidence
from transforms.audio.silero import FRAME
from transforms.audio.speech import RATE, SpeechDetector

MOST_STRETCHES = 10
"""Of a chapter."""

MOST_SAMPLES = 1 << 22
"""Of a chapter over all channels, if it has more than one stretch: 16 MB."""

COPY = 0.95
"""Correlation from which on channels are copies of each other, whatever lies on them."""

COPY_POWER = 1 / 16
"""How much quieter a copy may be, as a ratio of powers: 12 dB."""


@dataclass(frozen=True)
class Chapter:
    """Some stretches of all channels.

    Attributes:
        samples: float32 [n, channels] at the native rate.
        begin: the number of its first frame of the speech detector.
        power: of each stretch and channel, float32 [n_stretches, channels].
        evidence: None where all channels that enter the mix are copies.
    """

    samples: np.ndarray
    begin: int
    power: np.ndarray
    evidence: Evidence | None


class Chapters:
    """Cuts a stream into chapters, however it is cut into blocks.

    Args:
        rate: Hz.
        entering: the indices of the channels that make up the plain mix.
        detector: makes what finds speech; called once at most, and not where all channels are copies.
    """

    def __init__(
        self, rate: int, channels: int, entering: Sequence[int], detector: Callable[[], SpeechDetector]
    ) -> None:
        self._rate = rate
        self._channels = channels
        self._entering = list(entering)
        self._stretches = max(1, min(MOST_STRETCHES, MOST_SAMPLES // max(1, STRETCH * rate // RATE * channels)))
        self._make_detector = detector
        self._detector: SpeechDetector | None = None
        self._before: np.ndarray | None = None  # the last stretch of the chapter before, if that was heard
        self._pieces: list[np.ndarray] = []
        self._waiting = 0
        self._count = 0

    def push(self, block: np.ndarray) -> Iterator[Chapter]:
        """Take float32 [n, channels]; give the chapters that are full."""
        while len(block):
            left = self._edge(self._count + 1) - self._edge(self._count) - self._waiting
            piece, block = block[:left], block[left:]
            self._pieces.append(piece)
            self._waiting += len(piece)
            if len(piece) == left:
                yield self._close()

    def finish(self) -> Iterator[Chapter]:
        """The chapter that the end cuts short, if there is one."""
        if self._waiting:
            yield self._close()

    def _edge(self, chapter: int) -> int:
        return native(chapter * self._stretches * FRAMES, self._rate)

    def _close(self) -> Chapter:
        samples = np.concatenate(self._pieces)
        self._pieces, self._waiting = [], 0
        power, are_copies = self._compared(samples)
        evidence = None if are_copies else self._heard(samples)
        if are_copies:
            self._before = None
        self._count += 1
        return Chapter(samples, (self._count - 1) * self._stretches * FRAMES, power, evidence)

    def _compared(self, samples: np.ndarray) -> tuple[np.ndarray, bool]:
        """The power of each stretch and channel, without what is low, and whether the channels are copies.

        Differences over 125 us, one in that time, cost little, and leave offsets and rumble out.
        """
        lag = max(1, round(self._rate / 8000))
        later = samples[lag::lag]
        rows = -(-native(self._stretches * FRAMES, self._rate) // (self._stretches * lag))
        padded = np.zeros((self._stretches * rows, self._channels), np.float32)
        padded[: len(later)] = (later - samples[::lag][: len(later)])[: len(padded)]
        stretches = padded.reshape(self._stretches, rows, self._channels)
        products = np.matmul(stretches.transpose(0, 2, 1), stretches) / np.float32(rows)
        power = np.diagonal(products, axis1=1, axis2=2).copy()
        return power, all(_are_copies(product) for product in products[:, self._entering][:, :, self._entering])

    def _heard(self, samples: np.ndarray) -> Evidence:
        if self._detector is None:
            self._detector = self._make_detector()
        length = self._stretches * STRETCH
        at_rate = samples if self._rate == RATE else soxr.resample(samples, self._rate, RATE, quality="LQ")
        heard = np.zeros((self._channels, length), np.float32)
        heard[:, : len(at_rate)] = at_rate[:length].T
        self._detector.begin(self._channels)
        led = heard if self._before is None else np.concatenate([self._before, heard], axis=1)
        self._before = heard[:, -STRETCH:].copy()
        first = self._detector.push(led)
        speech = np.concatenate([first, self._detector.finish()], axis=1)
        return Evidence(heard, speech[:, -self._stretches * FRAMES :])


def native(frame: int, rate: int) -> int:
    """Where a frame of the speech detector begins, in frames at a native rate."""
    return frame * FRAME * rate // RATE


def _are_copies(product: np.ndarray) -> bool:
    """Of the products of all pairs of channels, float32 [channels, channels]."""
    own = np.diagonal(product)
    loudest = int(own.argmax())
    if own[loudest] < NOTHING:
        return True
    alike = product[loudest] >= COPY * np.sqrt(own * own[loudest])
    return bool((alike & (own >= COPY_POWER * own[loudest])).all())
