"""Which segments of a channel a model hears as one talk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from schemas.records import Place, Segment, Talk
from schemas.speech import FRAME_MS
from transforms.audio.bleed import Copied
from transforms.audio.silero import FRAME
from transforms.audio.speech import RATE
from transforms.audio.windows import Samples

LATE = 0.8
"""Of the longest talk: it is cut at pauses behind this part of it.

The longest pause of all may be near the beginning, and what stands before it would be a pass of the model for little.
"""

Span = tuple[int, int]
"""Frames [start, end) of a segment."""


class Joiner:
    """Joins the segments of one channel, as they come, into talks of bounded length.

    Where the next segment would make a talk too long, the talk ends at the longest of the pauses in the last fifth of
    what it may be, that before the next segment among them; where there is none in that fifth, before the next
    segment.  What stands behind that pause begins the next talk.  A segment longer than a talk is one by itself.

    Only the segments decide, neither when they are told nor what else is heard, so that a recording has the same talks
    in every run.

    Args:
        longest: frames of a talk, from the start of its first segment to the end of its last one.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._open: list[Span] = []

    def wanted_from(self, frame: int) -> int:
        """The first frame that a talk still to come may hold, if segments still to come begin at ``frame`` or later."""
        return min(frame, self._open[0][0]) if self._open else frame

    def push(self, span: Span) -> Iterator[list[Span]]:
        """Take the next segment; give the talks that it ends."""
        self._open.append(span)
        while len(self._open) > 1 and span[1] - self._open[0][0] > self._longest:
            cut = self._longest_pause(self._open)
            yield self._open[:cut]
            self._open = self._open[cut:]

    def silent_until(self, frame: int) -> Iterator[list[Span]]:
        """Give the talk that the pause behind it ends, now that no further segment begins before ``frame``.

        It would end there whatever comes: so a pause holds no memory.
        """
        if not self._open or frame - self._open[0][0] < self._longest:
            return
        if self._longest_pause([*self._open, (frame, frame)]) == len(self._open):
            yield from self.finish()

    def finish(self) -> Iterator[list[Span]]:
        """The talk that waits for its next segment, if there is one."""
        if self._open:
            yield self._open
            self._open = []

    def _longest_pause(self, spans: list[Span]) -> int:
        """The number of the segment behind the pause at which these are to be cut; of pauses of one length the last."""
        pauses = [(spans[i][0] - spans[i - 1][1], i) for i in range(1, len(spans))]
        late = [(pause, i) for pause, i in pauses if spans[i - 1][1] - spans[0][0] >= LATE * self._longest]
        return max(late or pauses[-1:])[1]


class Talks:
    """The talks of one channel while its speech is found.

    Speech of another channel that stands on this one is in no talk: it ends the one that is open, since its words are
    said on the other channel and must not be given to the segments beside it.

    Args:
        seconds: the longest talk.
    """

    def __init__(self, seconds: float) -> None:
        self._joiner = Joiner(int(seconds * 1000) // FRAME_MS)
        self._samples = Samples()
        self._waiting: list[tuple[Place, float]] = []

    def push(self, samples: np.ndarray) -> None:
        """Take float32 [n] at 16 kHz, before the segments that end in it."""
        self._samples.push(samples)

    def take(self, segment: Segment | Copied) -> Iterator[Talk]:
        """Take the next segment, marked where it is another channel's; give the talks that it ends."""
        if isinstance(segment, Copied) or segment.bleed_of is not None:
            yield from self.finish()
            return
        self._waiting.append((segment.place, float(segment.speech.mean())))
        first = segment.place.start_ms // FRAME_MS
        yield from self._made(self._joiner.push((first, -(-segment.place.end_ms // FRAME_MS))))

    def silent_until(self, sample: int) -> Iterator[Talk]:
        """Give the talk that has to end, now that no further segment begins before ``sample``; forget what is done."""
        frame = sample // FRAME
        yield from self._made(self._joiner.silent_until(frame))
        self._samples.trim(self._joiner.wanted_from(frame) * FRAME)

    def finish(self) -> Iterator[Talk]:
        """The talk that waits for its next segment, if there is one."""
        yield from self._made(self._joiner.finish())

    def _made(self, joined: Iterator[list[Span]]) -> Iterator[Talk]:
        for spans in joined:
            told, self._waiting = self._waiting[: len(spans)], self._waiting[len(spans) :]
            segments, speech = zip(*told, strict=True)
            place = replace(segments[0], end_ms=segments[-1].end_ms)
            start, end = spans[0][0] * FRAME, min(spans[-1][1] * FRAME, self._samples.end)
            yield Talk(place, self._samples.slice(start, end), RATE, segments, speech)
