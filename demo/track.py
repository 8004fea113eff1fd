"""A track: pieces laid one after another on one recording, and the truth about where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from demo.synthesis import at_level, pink_noise
from demo.voices import Mood, Voice
from demo.word_times import Word, say

BOTH = 0
"""The channel number of a piece that is on every channel; 1, 2, ... are channels apart."""

SHORTEST_SILENCE = 0.4
"""Seconds; a shorter rest is a pause, not a row of the truth."""


@dataclass(frozen=True)
class Truth:
    """One row of ``truth.csv``.  Times in milliseconds of the recording."""

    file: str
    channel: int
    start_ms: int
    end_ms: int
    kind: Literal["speech", "word", "sound", "music", "silence"]
    text_or_label: str
    voice: str = ""
    mood: str = ""


@dataclass
class Track:
    """One recording in the making; ``at`` is the sample where the next piece goes."""

    file: str
    rate: int
    channels: int = 1
    at: int = 0
    truth: list[Truth] = field(default_factory=list)
    pieces: list[tuple[int, int, np.ndarray]] = field(default_factory=list)

    def samples(self, seconds: float) -> int:
        return round(seconds * self.rate)

    def say(self, voice: Voice, mood: Mood, text: str, channel: int = BOTH, pause: float = 0.3) -> None:
        """Lay one sentence, then a pause (seconds)."""
        said, words = say(voice, mood, text, self.rate)
        self.lay(said, "speech", text, channel, voice.label, mood.name, words)
        self.at += self.samples(pause)

    def lay(
        self,
        samples: np.ndarray,
        kind: Literal["speech", "sound", "music"],
        label: str,
        channel: int = BOTH,
        voice: str = "",
        mood: str = "",
        words: Sequence[Word] = (),
    ) -> None:
        """Lay float32 [n] on one channel, or on all of them, and go on behind it.

        Of the words, what lies beyond the samples is cut off.
        """
        start, self.at = self.at, self.at + len(samples)
        self.pieces.append((start, channel, samples))
        self._tell(start, self.at, channel, kind, label, voice, mood)
        for word in words:
            begin, end = (min(start + self.samples(seconds), self.at) for seconds in (word.start, word.end))
            if begin < end:
                self._tell(begin, end, channel, "word", word.text, voice, mood)
        if channel != BOTH:
            for other in set(range(1, self.channels + 1)) - {channel}:
                self._tell(start, self.at, other, "silence", "the other party speaks")

    def rest(self, seconds: float) -> None:
        start, self.at = self.at, self.at + self.samples(seconds)
        if seconds >= SHORTEST_SILENCE:
            self._tell(start, self.at, BOTH, "silence", "")

    def render(self, room_dbfs: float | None = None, seed: int = 0) -> np.ndarray:
        """The sum of the pieces, float32 [n, channels], on a ground of faint pink noise if asked for."""
        out = np.zeros((self.at, self.channels), np.float32)
        if room_dbfs is not None:
            noise = pink_noise(self.at, self.rate, np.random.default_rng(seed))
            out += at_level(noise, room_dbfs)[:, None]
        for start, channel, samples in self.pieces:
            chosen = slice(None) if channel == BOTH else slice(channel - 1, channel)
            out[start : start + len(samples), chosen] += samples[:, None]
        return out

    def _tell(
        self,
        start: int,
        end: int,
        channel: int,
        kind: Literal["speech", "word", "sound", "music", "silence"],
        label: str,
        voice: str = "",
        mood: str = "",
    ) -> None:
        times = (start * 1000 // self.rate, end * 1000 // self.rate)
        self.truth.append(Truth(self.file, channel, *times, kind, label, voice, mood))
