"""Several channels become one while they are decoded, so that no voice is lost in the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from schemas.mixes import AUTO, channels_of
from transforms.audio.evidence import FRAMES, NOTHING, STRETCH, Evidence
from transforms.audio.judge import Judge
from transforms.audio.shares import Shares
from transforms.audio.silero import FRAME
from transforms.audio.speech import RATE, SpeechDetector

CHAPTER = 10
"""Stretches that are judged at once."""

MOST_SAMPLES = 1 << 22
"""Of a chapter over all channels: 16 MB.  Three are held at most."""

MOST_JUDGED = 16
"""Channels: of more, such as the microphones of an array, each weighs the same without being listened to."""

COPY = 0.95
"""Correlation from which on channels are copies of each other, whatever lies on them."""
COPY_POWER = 1 / 16
"""How much quieter a copy may be, as a ratio of powers: 12 dB."""
DEAD = 1e-4
"""A channel that never reached this share of the power of the loudest holds no signal: 40 dB."""

LEAD = 10
"""Frames by which a change comes before the voice that it is for, if nobody else speaks then: 320 ms."""

FADE_SECONDS = 0.02

LFE = "LFE"
AMBISONIC = "W"


@dataclass
class _Chapter:
    """Some stretches.

    Attributes:
        samples: float32 [n, channels] at the native rate.
        begin: the number of its first frame of the speech detector.
        power: of each stretch and channel.
        evidence: None where all channels are copies.
    """

    samples: np.ndarray
    begin: int
    power: np.ndarray
    evidence: Evidence | None


class Downmix:
    """Mixes blocks as they come; what comes out lies up to two chapters of 10 s behind.

    What is decided does not depend on how the recording is cut into blocks.

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
        self._ambisonic = bool(layout) and layout[0] == AMBISONIC
        self._make_detector = detector
        self._detector: SpeechDetector | None = None
        entering = [0] if self._ambisonic else [i for i in range(channels) if i != self._lfe]
        numbered = [number - 1 for number in channels_of(mix)]
        if numbered and max(numbered) < channels:
            self._shares = Shares.of(channels, numbered)
        elif mix in (AUTO, *([] if not numbered else [mix])):
            self._shares = Shares.of(channels, entering)
        else:
            self._shares = Shares.of(channels, range(channels))
        is_asked = mix == AUTO or (numbered and max(numbered) >= channels)
        self.is_judged = bool(is_asked) and 1 < len(entering) and channels <= MOST_JUDGED
        self._used: list[Shares] = []
        self._judge = Judge(channels, entering)
        self._entering = entering
        stretch_samples = STRETCH * rate // RATE * channels
        self._stretches = max(1, min(CHAPTER, MOST_SAMPLES // max(1, stretch_samples)))
        self._pieces: list[np.ndarray] = []
        self._waiting = 0
        self._chapters: list[_Chapter] = []
        self._count = 0
        self._switches: list[tuple[int, Shares]] = []  # the frame from which on each is heard
        self._alive: set[int] = set()
        self._loudest = 0.0
        self._spoken = False
        self._at = 0  # the native frame that comes out next
        self._old = self._shares
        self._since = -rate
        self._now = self._shares
        self._last_speech = -1
        self._heard_before = False

    @property
    def words(self) -> tuple[str, ...]:
        """What was done, in the order in which it first was."""
        used = self._used or [self._shares]
        return tuple(dict.fromkeys(shares.words(self._lfe, self._ambisonic) for shares in used))

    def push(self, block: np.ndarray) -> Iterator[np.ndarray]:
        """Take float32 [n, channels]; give float32 [n] that is ready."""
        if not self.is_judged:
            yield self._shares.of_block(block)
            return
        while len(block):
            left = self._edge(self._count + 1) - self._edge(self._count) - self._waiting
            piece, block = block[:left], block[left:]
            self._pieces.append(piece)
            self._waiting += len(piece)
            if len(piece) == left:
                yield from self._close()

    def finish(self) -> Iterator[np.ndarray]:
        """What was held back; nothing may be pushed after."""
        if self._waiting:
            yield from self._close()
        while self._chapters:
            yield from self._give()

    def _edge(self, chapter: int) -> int:
        """The native frame that a chapter begins with."""
        return self._native(chapter * self._stretches * FRAMES)

    def _native(self, frame: int) -> int:
        return frame * FRAME * self._rate // RATE

    def _close(self) -> Iterator[np.ndarray]:
        samples = np.concatenate(self._pieces)
        self._pieces, self._waiting = [], 0
        power, are_copies = self._compared(samples)
        evidence = None if are_copies else self._heard(samples)
        self._heard_before = not are_copies
        self._chapters.append(_Chapter(samples, self._count * self._stretches * FRAMES, power, evidence))
        self._count += 1
        if self._count == 1:
            return
        if self._count == 2:
            self._begin()
        else:
            self._decide(self._chapters[-1])
        yield from self._give()

    def _begin(self) -> None:
        """What is held of the opening is decided together."""
        self._look_at(np.concatenate([chapter.power for chapter in self._chapters]))
        self._shares = self._now = self._of_alive()
        for chapter in self._chapters:
            self._decide(chapter)

    def _compared(self, samples: np.ndarray) -> tuple[np.ndarray, bool]:
        """The power of each stretch and channel, without what is low, and whether all channels are copies.

        Differences over 125 us, one in that time, cost little and leave offsets and rumble out.
        """
        lag = max(1, round(self._rate / 8000))
        differences = samples[lag::lag] - samples[: len(samples) - lag : lag][: len(samples[lag::lag])]
        rows = -(-len(samples) // (self._stretches * lag)) or 1
        padded = np.zeros((self._stretches * rows, self._channels), np.float32)
        padded[: len(differences)] = differences
        stretches = padded.reshape(self._stretches, rows, self._channels)
        products = np.matmul(stretches.transpose(0, 2, 1), stretches) / np.float32(rows)
        power = np.diagonal(products, axis1=1, axis2=2).copy()
        for product in products[:, self._entering][:, :, self._entering]:
            own = np.diagonal(product)
            loudest = int(own.argmax())
            if own[loudest] < NOTHING:
                continue
            least = own >= COPY_POWER * own[loudest]
            if not least.all() or (product[loudest] < COPY * np.sqrt(own * own[loudest])).any():
                return power, False
        return power, True

    def _heard(self, samples: np.ndarray) -> Evidence:
        if self._detector is None:
            self._detector = self._make_detector()
        if not self._heard_before:
            self._detector.begin(self._channels)
        length = self._stretches * STRETCH
        at_rate = samples if self._rate == RATE else soxr.resample(samples, self._rate, RATE, quality="LQ")
        heard = np.zeros((self._channels, length), np.float32)
        heard[:, : len(at_rate)] = at_rate[:length].T
        first = self._detector.push(_levelled(heard))
        return Evidence(heard, np.concatenate([first, self._detector.finish()], axis=1))

    def _look_at(self, power: np.ndarray) -> None:
        """Note which channels hold a signal."""
        own = power[:, self._entering]
        self._loudest = max(self._loudest, float(own.max()))
        if self._loudest >= NOTHING:
            self._alive |= {c for c in self._entering if power[:, c].max() >= DEAD * self._loudest}

    def _decide(self, chapter: _Chapter) -> None:
        for stretch, power in enumerate(chapter.power):
            before = self._of_alive()
            self._look_at(power[None])
            begin = chapter.begin + stretch * FRAMES
            if self._of_alive() != before and self._shares == before:
                self._switch(begin if self._spoken or self._used else 0, self._of_alive())
            if chapter.evidence is None:
                if min(self._shares.signs) < 0:
                    self._switch(begin, self._of_alive())
                continue
            self._judged(chapter.evidence, stretch, begin)

    def _judged(self, evidence: Evidence, stretch: int, begin: int) -> None:
        voices = self._judge.voices(evidence, stretch)
        dead = [c for c in voices if c not in self._alive]
        living = [c for c in voices if c in self._alive]
        self._alive |= {c for c in dead if self._judge.is_missed(evidence, stretch, c, living)}
        voices = [c for c in voices if c in self._alive]
        if not voices:
            return
        best = self._judge.best(evidence, stretch, voices, self._shares, self._of_alive())
        speaks = evidence.speaks[:, evidence.of(stretch)]
        if best != self._shares:
            if not self._spoken and not self._used:
                self._switch(0, best)
            else:
                first = begin + int(speaks[[c for c in voices if best.signs[c]]].any(axis=0).argmax())
                self._switch(max(first - LEAD, min(self._last_speech + 1, first)), best)
        self._spoken = True
        if (spoken := speaks[voices].any(axis=0)).any():
            self._last_speech = begin + int(np.flatnonzero(spoken)[-1])

    def _of_alive(self) -> Shares:
        return Shares.of(self._channels, sorted(self._alive) or self._entering)

    def _switch(self, frame: int, shares: Shares) -> None:
        if shares == self._shares:
            return
        self._shares = shares
        self._switches.append((max(frame, self._switches[-1][0] if self._switches else 0), shares))

    def _give(self) -> Iterator[np.ndarray]:
        """The mix of the first chapter that is held."""
        if self._count == 1 and not self._at:  # the only one
            self._begin()
        chapter = self._chapters.pop(0)
        samples, end = chapter.samples, self._at + len(chapter.samples)
        while len(samples):
            while self._switches and self._native(self._switches[0][0]) <= self._at:
                _, shares = self._switches.pop(0)
                if self._at:
                    self._old, self._since = self._now, self._at
                self._now = shares
            until = min([end, *(self._native(frame) for frame, _ in self._switches[:1])])
            piece, samples = samples[: until - self._at], samples[until - self._at :]
            if self._now not in self._used:
                self._used.append(self._now)
            yield self._faded(piece)
            self._at = until

    def _faded(self, piece: np.ndarray) -> np.ndarray:
        mixed = self._now.of_block(piece)
        frames = max(1, round(FADE_SECONDS * self._rate))
        done = self._at - self._since
        if done >= frames:
            return mixed
        weight = np.clip(np.arange(done, done + len(piece), dtype=np.float32) / np.float32(frames), 0, 1)
        return self._old.of_block(piece) * (1 - weight) + mixed * weight


def _levelled(samples: np.ndarray) -> np.ndarray:
    """Each channel with its louder frames at -20 dBFS: a quiet party is heard as well as a loud one."""
    channels, length = samples.shape
    powers = np.square(samples).reshape(channels, length // FRAME, FRAME).mean(axis=2)
    loud = np.quantile(powers, 0.95, axis=1)
    gain = np.where(loud > NOTHING, 0.1 / np.sqrt(np.maximum(loud, NOTHING)), 0)
    return samples * np.minimum(gain, 1000.0).astype(np.float32)[:, None]
