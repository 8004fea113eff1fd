"""The speech of one channel while it is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from schemas.config import SpeechConfig
from schemas.records import Clip, Place, Segment
from schemas.speech import FRAME_MS
from transforms.audio.segments import Segmenter, Stretch, split_at_pauses
from transforms.audio.silero import FRAME
from transforms.audio.speech import RATE
from transforms.audio.windows import Samples


class Voice:
    """The speech of one channel: its segments and the clips that they are cut into."""

    def __init__(self, place: Place, speech: SpeechConfig, clip_seconds: float) -> None:
        self.spoken_ms = 0
        self._place = place
        self._segmenter = Segmenter(speech)
        self._samples = Samples()
        self._clip_frames = int(clip_seconds * 1000) // FRAME_MS

    @property
    def wanted_from(self) -> int:
        """The first sample that a segment still to come may hold."""
        return self._segmenter.wanted_from * FRAME

    def push(self, samples: np.ndarray, probabilities: np.ndarray) -> Iterator[Segment | Clip]:
        """Take samples, float32 [n], and the probabilities, float32 [n_frames], that they complete."""
        self._samples.push(samples)
        yield from self._cut(self._segmenter.push(probabilities), None)
        self._samples.trim(self.wanted_from)

    def finish(self, probabilities: np.ndarray, duration_ms: int) -> Iterator[Segment | Clip]:
        yield from self._cut(self._segmenter.push(probabilities), duration_ms)
        yield from self._cut(self._segmenter.finish(), duration_ms)

    def _cut(self, stretches: Iterator[Stretch], duration_ms: int | None) -> Iterator[Segment | Clip]:
        for stretch in stretches:
            segment = Segment(
                self._at(stretch.start, stretch.end, duration_ms),
                self._samples.slice(stretch.start * FRAME, min(stretch.end * FRAME, self._samples.end)),
                stretch.speech,
            )
            self.spoken_ms += segment.place.end_ms - segment.place.start_ms
            yield segment
            for start, end in split_at_pauses(stretch.speech, self._clip_frames):
                place = self._at(stretch.start + start, stretch.start + end, duration_ms)
                yield Clip(place, segment.samples[start * FRAME : end * FRAME], RATE, parent=segment.place.id)

    def _at(self, start: int, end: int, duration_ms: int | None) -> Place:
        end_ms = end * FRAME_MS if duration_ms is None else min(end * FRAME_MS, duration_ms)
        return replace(self._place, start_ms=start * FRAME_MS, end_ms=end_ms)
