"""Where speech is: stretches cut from the probabilities of one channel as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from schemas.config import SpeechConfig
from schemas.speech import FRAME_MS

HYSTERESIS = 0.15
"""silero-vad's own: speech ends at a probability this much below the one that it begins at."""
LOWEST_END = 0.01
"""Also silero-vad's own: no probability lies under 0, and speech would never end."""
BRIEF_PAUSE = 4
"""Frames that a pause has to last for long speech to be cut in it: silero-vad's 98 ms, in whole frames.

Most closures of plosives are shorter.  Ten readings in three languages had such a pause every 8 s or oftener.
"""
STRETCHED = 10
"""How many times ``max_seconds`` speech without such a pause may last; the samples of five minutes take 20 MB."""


@dataclass(frozen=True)
class Stretch:
    """Frames [start, end) of speech with the speech probability of each, float32 [end - start]."""

    start: int
    end: int
    speech: np.ndarray


class Segmenter:
    """Cuts the probabilities of one channel into stretches of speech, in bounded memory.

    The rule is that of ``silero_vad.get_speech_timestamps``: speech begins at ``threshold`` and ends
    where the probability stays under ``threshold - 0.15`` for ``min_silence_ms``.  Speech that goes
    on for ``max_seconds`` is cut at the deepest of the briefer pauses in its second half.  Where
    there is none it goes on until one comes, so that no word is halved.  At ten times
    ``max_seconds`` it is cut at its deepest dip in the second half, whatever that is, so that memory
    stays bounded.
    """

    def __init__(self, config: SpeechConfig) -> None:
        self._begin = config.threshold
        self._end = max(config.threshold - HYSTERESIS, LOWEST_END)
        self._min_speech = config.min_speech_ms / FRAME_MS
        self._min_silence = max(1, round(config.min_silence_ms / FRAME_MS))
        self._pad = min(round(config.pad_ms / FRAME_MS), self._min_silence // 2)
        self._long = int(config.max_seconds * 1000) // FRAME_MS - 2 * self._pad
        self._longest = int(STRETCHED * config.max_seconds * 1000) // FRAME_MS - 2 * self._pad
        self._probabilities = np.zeros(0, np.float32)
        self._first = 0  # the frame that self._probabilities begins with
        self._now = 0
        self._start: int | None = None
        self._pause: int | None = None
        self._low = 0  # so many frames in a row, the latest ones, lie under self._end
        self._was_cut = False

    @property
    def wanted_from(self) -> int:
        """The first frame that a stretch still to come may hold."""
        return max(0, (self._now if self._start is None else self._start) - self._pad)

    def push(self, probabilities: np.ndarray) -> Iterator[Stretch]:
        """Take the next frames, float32 [n]; give the stretches that are closed by them."""
        self._probabilities = np.concatenate([self._probabilities, probabilities])
        for p in probabilities.tolist():
            at = self._now
            self._now += 1
            self._low = self._low + 1 if p < self._end else 0
            if self._start is None:
                if p >= self._begin:
                    self._start, self._pause, self._was_cut = at, None, False
                continue
            if p >= self._begin:
                self._pause = None
            elif p < self._end:
                self._pause = at if self._pause is None else self._pause
                if self._now - self._pause >= self._min_silence:
                    yield from self._close(self._pause, pad=True)
                    self._start = None
                    continue
            if self._now - self._start >= self._long:
                yield from self._cut(self._where_to_cut(self._start))
        self._forget()

    def finish(self) -> Iterator[Stretch]:
        """The stretch that the end of the recording closes, if there is one."""
        if self._start is not None:
            yield from self._close(self._pause if self._pause is not None else self._now, pad=True)
            self._start = None

    def _where_to_cut(self, start: int) -> int | None:
        """The frame at which speech that began at ``start`` and is long is to be cut, if it already is."""
        length, middle = self._now - start, (start + self._now) // 2
        if length == self._long:  # its second half is searched once; from then on each frame tells
            brief = brief_pause(self._slice(middle, self._now), self._end)
            return None if brief is None else middle + brief
        if self._low >= BRIEF_PAUSE:
            return self._now - BRIEF_PAUSE // 2
        return middle + deepest_pause(self._slice(middle, self._now)) if length >= self._longest else None

    def _cut(self, at: int | None) -> Iterator[Stretch]:
        if at is None:
            return
        yield from self._close(at, pad=False)
        self._start, self._was_cut = at, True
        if self._pause is not None and self._pause < at:
            self._pause = at

    def _close(self, end: int, *, pad: bool) -> Iterator[Stretch]:
        assert self._start is not None
        if end <= self._start or (not self._was_cut and pad and end - self._start < self._min_speech):
            return
        # A cut inside speech has no pause beside it: its two sides meet there.
        start = self._start if self._was_cut else max(0, self._start - self._pad)
        end = min(self._now, end + self._pad) if pad else end
        yield Stretch(start, end, self._slice(start, end))

    def _slice(self, start: int, end: int) -> np.ndarray:
        return self._probabilities[start - self._first : end - self._first].copy()

    def _forget(self) -> None:
        keep = self.wanted_from
        if keep - self._first > 1024:  # copying what is left at every frame would cost more than it frees
            self._probabilities = self._probabilities[keep - self._first :]
            self._first = keep


def deepest_pause(speech: np.ndarray) -> int:
    """The frame of ``speech``, float32 [n], where the mean over it and its neighbours is least."""
    if len(speech) < 3:
        return int(np.argmin(speech)) if len(speech) else 0
    padded = np.pad(speech, 1, mode="edge")
    return int(np.argmin(padded[:-2] + padded[1:-1] + padded[2:]))


def brief_pause(speech: np.ndarray, below: float) -> int | None:
    """The middle of the deepest pause in ``speech``, float32 [n]; None where there is none.

    A pause is here :data:`BRIEF_PAUSE` frames in a row that all lie under ``below``.
    """
    if len(speech) < BRIEF_PAUSE:
        return None
    rows = np.lib.stride_tricks.sliding_window_view(speech, BRIEF_PAUSE)
    depth = np.where(rows.max(axis=1) < below, rows.mean(axis=1), np.inf)
    at = int(depth.argmin())
    return at + BRIEF_PAUSE // 2 if np.isfinite(depth[at]) else None


def split_at_pauses(speech: np.ndarray, longest: int) -> list[tuple[int, int]]:
    """Cut a segment's frames into stretches [start, end) of at most ``longest`` frames.

    As few as can be, each cut at the deepest pause that leaves every stretch at least a quarter of
    ``longest``, rounded down.
    """
    stretches = []
    start, left = 0, len(speech)
    while left > longest:
        pieces = -(-left // longest)
        shortest = left // (2 * pieces)
        low = max(left - (pieces - 1) * longest, shortest)
        high = min(longest, left - (pieces - 1) * shortest)
        size = low + deepest_pause(speech[start + low : start + high + 1])
        stretches.append((start, start + size))
        start, left = start + size, left - size
    if left:
        stretches.append((start, start + left))
    return stretches
