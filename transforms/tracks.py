"""The tracks of a file, each heard by itself: ``--tracks all``."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from schemas.reasons import Reason, Stage
from schemas.records import MIX, Problem, Recording, Source, Target
from schemas.tracks import ALL
from transforms.audio.bounds import Bounds
from transforms.audio.speech import SpeechDetector
from transforms.decode.audio import DecodeError, Format
from transforms.decode.sound_hash import SoundHash, sound_of_none
from transforms.decode.timeline import Timing
from transforms.ears import Ears, Event, Listening
from transforms.heard import Heard
from transforms.pool import Pool


class OpenAudio(Protocol):
    """What is asked of an open file; see :class:`transforms.decode.audio.Audio`."""

    format: Format
    problems: list[Problem]
    timing: Timing

    def blocks(self) -> Iterator[np.ndarray]: ...


class Opener(Protocol):
    """Opens a file, with the track of this number if one is given."""

    def __call__(self, path: Target, *, track: int | None = None) -> AbstractContextManager[OpenAudio]: ...


@dataclass
class HeardTrack:
    """What came of one track: nothing was heard where ``ears`` is None or has no frames."""

    ears: Ears | None = None
    audio: OpenAudio | None = None
    problems: list[Problem] = field(default_factory=list)
    samples: SoundHash | None = None

    @property
    def sound_hash(self) -> str:
        """See :mod:`transforms.decode.sound_hash`; of a track that could not be opened, of why."""
        if self.audio is None or self.samples is None:
            return sound_of_none(self.problems)
        return self.samples.finish(self.problems, self.audio.timing)

    @property
    def is_heard(self) -> bool:
        return self.ears is not None and self.ears.frames > 0


@dataclass(frozen=True)
class Listener:
    """What hears the tracks of a file.

    Attributes:
        until: see :class:`transforms.audio.bounds.Bounds`.
        pool: see :class:`transforms.ears.Ears`.
    """

    recording: Recording
    wanted: Listening
    detector: SpeechDetector | None
    opened: Opener
    until: float | None
    pool: Pool | None = None

    def take(self, source: Source, track: int | None = None, before: int = 0) -> Generator[Event, None, HeardTrack]:
        """Decode a track up to its end, which :meth:`finish` completes.

        Args:
            track: its number; None for the one that is heard first.
            before: channels of the tracks before it.
        """
        taken = HeardTrack()
        bounds = Bounds(self.wanted.most_hours, source.bytes, self.until)
        try:
            with self.opened(source.target) if track is None else self.opened(source.target, track=track) as audio:
                taken.audio = audio
                number = audio.format.track if self._hears_several(audio.format) else MIX
                if track is None and number:
                    before = channels_before(audio.format, number)
                ears = taken.ears = Ears(
                    self.recording, audio.format, self.wanted, self.detector, before, number, self.pool
                )
                taken.samples = SoundHash(audio.format)
                yield from ears.hear(_until(audio, bounds, taken.problems, taken.samples))
                taken.problems.extend(audio.problems)
        except DecodeError as error:
            taken.problems.append(Problem(Stage.DECODE, error.reason, str(error)))
        except MemoryError as error:
            told = f"no memory left: {error}".rstrip(": ")
            taken.problems.append(Problem(Stage.DECODE, Reason.OUT_OF_MEMORY, told))
        except Exception as error:  # nothing about one file may end the run; the row of errors tells
            taken.problems.append(_unforeseen(error))
        return taken

    def others(self, source: Source, first: HeardTrack) -> Generator[Event, None, list[HeardTrack]]:
        """The tracks beside the one that was heard first, one after the other; they may not all be heard."""
        assert first.audio is not None
        format = first.audio.format
        if not self._hears_several(format):
            return []
        channels, taken = format.channels, []
        before = channels_before(format, format.track)
        _number(first.problems, format.track)
        for number, said in enumerate(format.tracks, 1):
            if number == format.track:
                before += channels
                continue
            at = channels_before(format, number) if number < format.track else before
            track = yield from self.take(source, number, at)
            if track.is_heard:
                assert track.ears is not None
                yield from self.finish(track)
            _number(track.problems, number)
            taken.append(track)
            if number > format.track:
                before += track.audio.format.channels if track.audio is not None else said.channels or 1
        return taken

    def finish(self, track: HeardTrack) -> Iterator[Event]:
        """What the end of a track completes."""
        assert track.ears is not None
        try:
            yield from track.ears.finish()
        except Exception as error:
            track.problems.append(_unforeseen(error))

    def _hears_several(self, format: Format) -> bool:
        return self.wanted.asked.tracks == ALL and len(format.tracks) > 1


def _until(audio: OpenAudio, bounds: Bounds, problems: list[Problem], samples: SoundHash) -> Iterator[np.ndarray]:
    """The blocks up to the end that is set, of which ``problems`` is told; their hash goes to ``samples``."""
    frames = 0
    for block in audio.blocks():
        if (end := bounds.end(frames / audio.format.sample_rate_hz)) is not None:
            problems.append(end)
            return
        frames += len(block)
        samples.push(block)
        yield block


def channels_before(format: Format, number: int) -> int:
    """How many channels the header states of the tracks before one; where it does not say, one each."""
    return sum(track.channels or 1 for track in format.tracks[: number - 1])


def _number(problems: list[Problem], number: int) -> None:
    """Each problem says whose it is."""
    problems[:] = [replace(problem, message=f"track {number}: {problem.message}") for problem in problems]


def _unforeseen(error: Exception) -> Problem:
    return Problem(Stage.DECODE, Reason.INTERNAL, f"{type(error).__name__}: {error}")


def _mixes(heard: list[Heard]) -> str:
    numbers = {one.format.track: one.mix for one in heard if one.format is not None}
    return "; ".join(f"track {number}: {numbers[number]}" for number in sorted(numbers))


def of_all(heard: list[Heard]) -> Heard:
    """What is known of several tracks as of one recording: that of the first, and of all what follows.

    The longest duration, the loudest loudness, the highest peak, the channels of all, and the shares over all.
    """
    first = heard[0]
    if len(heard) == 1:
        return first
    assert first.format is not None
    lengths = np.array([one.duration_ms * one.format.channels for one in heard if one.format is not None], np.float64)
    spoken = [(one.speech_share, one.kept_seconds or one.duration_ms) for one in heard if one.speech_share is not None]
    return replace(
        first,
        format=replace(first.format, channels=sum(one.format.channels for one in heard if one.format is not None)),
        duration_ms=max(one.duration_ms for one in heard),
        loudness_lufs=max((one.loudness_lufs for one in heard if one.loudness_lufs is not None), default=None),
        peak_dbfs=max((one.peak_dbfs for one in heard if one.peak_dbfs is not None), default=None),
        clipped_share=float(np.average([one.clipped_share for one in heard], weights=lengths)),
        speech_share=float(np.average([s for s, _ in spoken], weights=[w for _, w in spoken])) if spoken else None,
        kept_seconds=sum(one.kept_seconds for one in heard),
        mix=_mixes(heard),
        mended=any(one.mended for one in heard),
        speech_twice=any(one.speech_twice for one in heard),
    )
