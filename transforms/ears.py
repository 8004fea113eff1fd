"""What listens to one recording, or to one of its tracks, while its blocks come in."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from schemas.mixes import APART
from schemas.reasons import Reason
from schemas.records import MIX, Clip, Place, Problem, Recording, Segment, Talk, Window
from transforms.ahead import read_ahead
from transforms.audio.bleed import Bleed, Copied
from transforms.audio.bounds import MOST_CHANNELS_APART
from transforms.audio.downmix import Downmix
from transforms.audio.loudness import LoudnessMeter
from transforms.audio.resample import Resampler
from transforms.audio.speech import RATE, SpeechDetector
from transforms.audio.talks import Talks
from transforms.audio.voice import Voice
from transforms.audio.windows import CONTEXT, Grid
from transforms.decode.audio import DecodeError, Format
from transforms.decode.facts import NO_FACTS, Facts
from transforms.decode.timeline import Timing
from transforms.features.melody import Melody, pitch_within
from transforms.heard import Heard, Listening, Progress
from transforms.pool import InOrder, Pool


@dataclass
class _Part:
    """A block on its way through the stages.

    Attributes:
        frames: of the block, at its native rate.
        audio: float32 [n, channels] at each rate.
        pitch: of each channel, what its melody has gathered, and then the pitch of that.
        speech: what the detector has made so far of this block and of those that waited before it.
    """

    frames: int
    audio: dict[int, np.ndarray]
    pitch: list[Any] = field(default_factory=list)
    speech: Any = None


BLOCKS_AHEAD = 4
"""That a stage may be ahead of the next one."""

T = TypeVar("T")

Hearable = Window | Segment | Clip | Talk
Event = Hearable | Problem | Progress | Heard


class Ears:
    """The state of one recording, or of one of its tracks, while its blocks come in.

    Args:
        before: channels of the tracks before this one, if channels are kept apart.
        track: the number of this one, if several are heard; without it the mix of the only one is no track.
        pool: has threads to spare; without one everything is done by the caller's.
    """

    def __init__(
        self,
        recording: Recording,
        format: Format,
        wanted: Listening,
        detector: SpeechDetector | None,
        before: int = 0,
        track: int = MIX,
        pool: Pool | None = None,
    ) -> None:
        self.frames = 0
        self._pool = pool
        self._format = format
        self._downmix: Downmix | None = None
        if not wanted.each:
            another = detector.another if detector is not None else SpeechDetector
            self._downmix = Downmix(format.sample_rate_hz, format.channels, format.layout, wanted.mix, another)
        last = before + format.channels if wanted.each else track
        if last > MOST_CHANNELS_APART:
            message = f"{last:,} channels, of which {MOST_CHANNELS_APART} can be kept apart: --channels mix"
            raise DecodeError(Reason.TOO_MANY_CHANNELS, message)
        numbers: Sequence[int] = range(before + 1, last + 1) if wanted.each else (track,)
        places = [Place(recording.sources[0].uri, recording.recording_id, n, 0, 0, recording.language) for n in numbers]
        self._meter = LoudnessMeter(format.sample_rate_hz, format.channels)
        rates = {RATE, *(wanted.windows or ())}
        self._resamplers = {rate: Resampler(format.sample_rate_hz, rate, len(places)) for rate in sorted(rates)}
        self._grids = [Grid(place, wanted.windows) for place in places] if wanted.windows is not None else []
        self._voices = [Voice(place, wanted.speech, wanted.clip_seconds) for place in places] if wanted.speech else []
        self._bleed = Bleed(numbers if self._voices else ())
        self._talks = [Talks(wanted.talk_seconds) for _ in self._voices] if wanted.talk_seconds is not None else []
        self._melodies = [Melody() for _ in places] if wanted.pitch else []
        self._detector = detector
        if self._voices:
            assert detector is not None, "speech was asked for without a detector"
            detector.begin(len(places))

    @property
    def duration_ms(self) -> int:
        """Rounded up, so that every sample lies inside."""
        return -(-self.frames * 1000 // self._format.sample_rate_hz)

    def hear(self, blocks: Iterator[np.ndarray]) -> Iterator[Event]:
        """Take all blocks, float32 [n, channels] at the native rate.

        With a pool each stage has a thread of its own, which works ahead of the next one by a few blocks; one of them
        alone could not keep more than two or three cores busy with what comes after.
        """
        at_rates = self._ahead(self._at_rates(self._ahead(self._measured(blocks))))
        with closing(self._ahead(self._computed(at_rates))) as heard:
            for part in heard:
                self.frames += part.frames
                yield from self._cut(part)
                yield Progress(part.frames / self._format.sample_rate_hz)

    def finish(self) -> Iterator[Event]:
        """What the end of the recording completes."""
        flushed = _Part(0, {rate: r.flush() for rate, r in self._resamplers.items()})
        for part in self._computed(iter([flushed])):
            yield from self._cut(part)
        for melody in self._melodies:
            melody.finish()
        for i, grid in enumerate(self._grids):
            yield from self._with_pitch(i, grid.finish(self.duration_ms))
        if self._voices:
            assert self._detector is not None
            last = self._detector.finish()
            for i, (voice, probabilities) in enumerate(zip(self._voices, last, strict=True)):
                yield from self._of_voice(i, voice.finish(probabilities, self.duration_ms))
            for talks in self._talks:
                yield from talks.finish()

    def _ahead(self, stage: Generator[T, None, None]) -> Generator[T, None, None]:
        return stage if self._pool is None else read_ahead(stage, BLOCKS_AHEAD)

    def _measured(self, blocks: Iterator[np.ndarray]) -> Generator[np.ndarray, None, None]:
        """The channels that are kept of each block; the mix of them may lie behind, but for an end."""
        try:
            for block in blocks:
                self._meter.push(block)
                if self._downmix is None:
                    yield block
                    continue
                for mixed in self._downmix.push(block):
                    yield mixed[:, None]
        except Exception:  # what was decoded before is kept
            yield from self._rest()
            raise
        yield from self._rest()

    def _rest(self) -> Iterator[np.ndarray]:
        for mixed in self._downmix.finish() if self._downmix is not None else ():
            yield mixed[:, None]

    def _at_rates(self, kept: Iterator[np.ndarray]) -> Generator[_Part, None, None]:
        for block in kept:
            yield _Part(len(block), {rate: r.push(block) for rate, r in self._resamplers.items()})

    def _computed(self, parts: Iterator[_Part]) -> Generator[_Part, None, None]:
        """The parts with what needs nothing but some of them: pitch, and what the detector makes of half a minute."""
        waiting: list[_Part] = []
        at_once = InOrder(self._compute, self._pool)
        try:
            for part in parts:
                part.pitch = [melody.gather(part.audio[RATE][:, i]) for i, melody in enumerate(self._melodies)]
                if self._voices:
                    assert self._detector is not None
                    part.speech = self._detector.gather(part.audio[RATE].T)
                waiting.append(part)
                if part.speech is not None or not self._voices:
                    for done in at_once.push(waiting):
                        yield from done
                    waiting = []
            for done in at_once.drain():
                yield from done
            yield from self._compute(waiting)
        finally:
            at_once.give_up()

    def _compute(self, parts: list[_Part]) -> list[_Part]:
        for part in parts:
            part.pitch = [pitch_within(context) for context in part.pitch]
            if part.speech is not None:
                assert self._detector is not None
                part.speech = self._detector.encode(part.speech)
        return parts

    def _cut(self, part: _Part) -> Iterator[Event]:
        for melody, found in zip(self._melodies, part.pitch, strict=True):
            melody.keep(found)
        for i, grid in enumerate(self._grids):
            yield from self._with_pitch(i, grid.push({rate: audio[:, i] for rate, audio in part.audio.items()}))
        if self._voices:
            assert self._detector is not None
            probabilities = self._detector.probabilities(part.speech)
            self._bleed.push(part.audio[RATE])
            for i, voice in enumerate(self._voices):
                for talks in self._talks[i : i + 1]:
                    talks.push(part.audio[RATE][:, i])
                yield from self._of_voice(i, voice.push(part.audio[RATE][:, i], probabilities[i]))
                for talks in self._talks[i : i + 1]:
                    yield from talks.silent_until(voice.wanted_from)
            self._bleed.trim(min(voice.wanted_from for voice in self._voices))
        for i, melody in enumerate(self._melodies):
            melody.trim(min(hearer[i].wanted_from for hearer in (self._grids, self._voices) if hearer))

    def _of_voice(self, i: int, said: Iterator[Segment | Clip]) -> Iterator[Hearable]:
        """What the voice of a channel said, marked where it is another's, and the talks that its own segments end."""
        for one in self._bleed.mark(i, said):
            if not isinstance(one, Copied):
                yield from self._with_pitch(i, [one])
            if self._talks and not isinstance(one, Clip):
                yield from self._talks[i].take(one)

    def _with_pitch(self, i: int, heard: Iterable[Hearable]) -> Iterator[Hearable]:
        """What was heard of a channel, windows and segments with the pitch of their frames if it was asked for."""
        for one in heard:
            if not self._melodies or isinstance(one, Clip | Talk):
                yield one
                continue
            n = len(one.context) - 2 * CONTEXT if isinstance(one, Window) else len(one.samples)
            start = one.place.start_ms * RATE // 1000
            yield replace(one, pitch=self._melodies[i].within(start, start + n))

    def heard(self, status: str, timing: Timing, facts: Facts = NO_FACTS) -> Heard:
        """The summary, once :meth:`finish` is done."""
        channels = max(len(self._grids), len(self._voices))
        spoken = sum(voice.spoken_ms for voice in self._voices)
        return Heard(
            status=status,
            format=self._format,
            duration_ms=self.duration_ms,
            timing=timing,
            facts=facts,
            loudness_lufs=self._meter.integrated_lufs(),
            peak_dbfs=self._meter.peak_dbfs,
            clipped_share=self._meter.clipped_share,
            speech_share=min(1.0, spoken / (self.duration_ms * len(self._voices))) if self._voices else None,
            mix=", ".join((APART, *self._bleed.words) if self._downmix is None else self._downmix.words),
            speech_twice=self._bleed.has_found,
            mended=self._downmix is not None and self._downmix.is_mended,
            kept_seconds=self.frames / self._format.sample_rate_hz * channels,
        )
