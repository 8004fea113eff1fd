"""Several channels become one while they are decoded, so that no voice is lost in the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from schemas.mixes import MEAN, MONO, W, channels_of
from transforms.audio.chapters import Chapter, Chapters, native
from transforms.audio.evidence import FRAMES, NOTHING, Evidence
from transforms.audio.judge import Judge
from transforms.audio.shares import Shares
from transforms.audio.speech import SpeechDetector

MOST_JUDGED = 16
"""Channels: of more, such as the microphones of an array, each weighs the same without being listened to."""

HELD = 2
"""Chapters of 10 s that are held, so that a change can come before the voice that it is for."""

DEAD = 1e-4
"""A channel that never reached this share of the power of the loudest holds no signal: 40 dB."""

LEAD = 32
"""Frames by which a change comes before the voice that it is for, if nobody else speaks then: a second."""

FADE_SECONDS = 0.02

LFE = "LFE"


class Downmix:
    """Mixes blocks as they come; what comes out lies up to two chapters of 10 s behind.

    What is decided does not depend on how the recording is cut into blocks.  Where the mean of the channels keeps every
    voice, it is exactly that of :func:`transforms.audio.channels.mix`.

    Args:
        rate: Hz.
        layout: what the file calls its channels, in FFmpeg's words, with ``W`` for the first of ambisonics; empty where
            it does not say.
        mix: a word of ``--mix``.
        detector: makes what finds speech; called once at most, and not where all channels are copies.
    """

    def __init__(
        self, rate: int, channels: int, layout: Sequence[str], mix: str, detector: Callable[[], SpeechDetector]
    ) -> None:
        self._rate = rate
        self._channels = channels
        self._lfe = layout.index(LFE) if LFE in layout and channels > 1 else None
        self._is_ambisonic = bool(layout) and layout[0] == W
        self._entering = [0] if self._is_ambisonic else [i for i in range(channels) if i != self._lfe]
        asked = [number - 1 for number in channels_of(mix) if number <= channels]
        self._is_open = mix != MEAN and not asked
        self._is_judged = self._is_open and len(self._entering) > 1 and channels <= MOST_JUDGED
        self._shares = Shares.of(channels, self._entering if self._is_open else asked or range(channels))
        self._chapters = Chapters(rate, channels, self._entering, detector)
        self._judge = Judge(channels)
        self._held: list[Chapter] = []
        # What is decided: who is in from which frame on.
        self._has_begun = self._has_spoken = False
        self._alive: set[int] = set()
        self._loudest = 0.0
        self._last_speech = -1
        self._changes: list[tuple[int, Shares]] = []
        # What is given: from the native frame `_since` on, `_now` after `_before`.
        self._at = 0
        self._since: int | None = None
        self._now = self._before = self._shares
        self._used: list[Shares] = []

    @property
    def words(self) -> tuple[str, ...]:
        """What was done, in the order in which it first was."""
        used = self._used or [self._shares]
        return tuple(dict.fromkeys(shares.words(self._lfe, self._is_ambisonic) for shares in used))

    @property
    def is_mended(self) -> bool:
        """Whether anything but the plain mean was taken, which nobody asked for."""
        return self._is_open and self.words not in ((MONO,), (MEAN,))

    def push(self, block: np.ndarray) -> Iterator[np.ndarray]:
        """Take float32 [n, channels]; give float32 [n] that is ready."""
        if not self._is_judged:
            yield self._shares.of_block(block)
            return
        for chapter in self._chapters.push(block):
            yield from self._take(chapter)

    def finish(self) -> Iterator[np.ndarray]:
        """What was held back; nothing may be pushed after."""
        for chapter in self._chapters.finish():
            yield from self._take(chapter)
        if self._held and not self._has_begun:
            self._begin()
        while self._held:
            yield from self._give(self._held.pop(0))

    def _take(self, chapter: Chapter) -> Iterator[np.ndarray]:
        self._held.append(chapter)
        if self._has_begun:
            self._decide(chapter)
        elif len(self._held) == HELD:
            self._begin()
        if len(self._held) == HELD:
            yield from self._give(self._held.pop(0))

    def _begin(self) -> None:
        """What is held of the opening is decided together."""
        self._note_alive(np.concatenate([chapter.power for chapter in self._held]))
        self._shares = self._now = self._of_alive()
        for chapter in self._held:
            self._decide(chapter)
        self._has_begun = True

    def _decide(self, chapter: Chapter) -> None:
        for stretch, power in enumerate(chapter.power):
            begin = chapter.begin + stretch * FRAMES
            before = self._of_alive()
            self._note_alive(power[np.newaxis])
            if chapter.evidence is None:
                if self._shares == before or min(self._shares.signs) < 0:
                    self._change(begin, self._of_alive())
                continue
            voices = self._hear(chapter.evidence, stretch, begin)
            if self._shares == before and not (
                voices and self._judge.harms(chapter.evidence, stretch, voices, self._of_alive())
            ):
                self._change(begin, self._of_alive())

    def _hear(self, evidence: Evidence, stretch: int, begin: int) -> list[int]:
        """Change what is in, if somebody speaks who would be lost; the channels on which somebody does."""
        heard = self._judge.voices(evidence, stretch)
        living = [c for c in heard if c in self._alive]
        self._alive |= {c for c in heard if c not in living and self._judge.is_missed(evidence, stretch, c, living)}
        voices = [c for c in heard if c in self._alive]
        if not voices:
            return voices
        best = self._judge.best(evidence, stretch, voices, self._shares, self._of_alive())
        speaks = evidence.speaks[:, evidence.of(stretch)]
        if best != self._shares and not self._has_begun and not self._has_spoken:
            self._change(0, best)
        elif best != self._shares:
            first = begin + int(speaks[[c for c in voices if best.signs[c]]].any(axis=0).argmax())
            self._change(max(first - LEAD, min(self._last_speech + 1, first)), best)
        self._has_spoken = True
        self._last_speech = begin + int(np.flatnonzero(speaks[voices].any(axis=0))[-1])
        return voices

    def _note_alive(self, power: np.ndarray) -> None:
        """Which channels hold a signal, from the powers of some stretches."""
        self._loudest = max(self._loudest, float(power[:, self._entering].max()))
        if self._loudest >= NOTHING:
            self._alive |= {c for c in self._entering if power[:, c].max() >= DEAD * self._loudest}

    def _of_alive(self) -> Shares:
        return Shares.of(self._channels, sorted(self._alive) or self._entering)

    def _change(self, frame: int, shares: Shares) -> None:
        if shares != self._shares:
            self._shares = shares
            self._changes.append((max(frame, self._changes[-1][0] if self._changes else 0), shares))

    def _give(self, chapter: Chapter) -> Iterator[np.ndarray]:
        samples, end = chapter.samples, self._at + len(chapter.samples)
        while len(samples):
            while self._changes and native(self._changes[0][0], self._rate) <= self._at:
                _, shares = self._changes.pop(0)
                if self._at:
                    self._before, self._since = self._now, self._at
                self._now = shares
            until = min([end, *(native(frame, self._rate) for frame, _ in self._changes[:1])])
            piece, samples = samples[: until - self._at], samples[until - self._at :]
            if self._now not in self._used:
                self._used.append(self._now)
            yield self._faded(piece)
            self._at = until

    def _faded(self, piece: np.ndarray) -> np.ndarray:
        mixed = self._now.of_block(piece)
        frames = max(1, round(FADE_SECONDS * self._rate))
        done = frames if self._since is None else self._at - self._since
        if done >= frames:
            return mixed
        weight = np.clip(np.arange(done, done + len(piece), dtype=np.float32) / np.float32(frames), 0, 1)
        return self._before.of_block(piece) * (1 - weight) + mixed * weight
