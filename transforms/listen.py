"""One recording, decoded once, block by block, into windows, segments and clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from schemas.config import MAX_HOURS, SpeechConfig
from schemas.reasons import Reason, Stage
from schemas.records import MIX, Clip, Place, Problem, Recording, Segment, Source, Target, Window
from transforms.audio.bounds import MOST_CHANNELS_APART, Bounds
from transforms.audio.channels import mix
from transforms.audio.loudness import LoudnessMeter
from transforms.audio.resample import Resampler
from transforms.audio.speech import RATE, SpeechDetector
from transforms.audio.voice import Voice
from transforms.audio.windows import Grid
from transforms.beside.content import holds
from transforms.beside.state import State
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.audio import DecodeError, Format, open_audio
from transforms.decode.facts import NO_FACTS, Facts, read_facts
from transforms.decode.timeline import Timing
from transforms.decode.tries import Tries
from transforms.heard import Heard

NOTHING_TO_HEAR = frozenset({Reason.NO_AUDIO, Reason.ZERO_SAMPLES})


@dataclass(frozen=True)
class Listening:
    """What a run wants of a recording.

    Attributes:
        windows: the rates that windows carry, in Hz; None where no table needs windows.
        speech: how speech is cut; None where no table needs it.
        clip_seconds: longest clip that a segment is cut into, in seconds.
        each: keep the channels apart instead of averaging them.
        most_hours: what is heard of a recording at most.
        asked: how files are to be opened.
    """

    windows: tuple[int, ...] | None
    speech: SpeechConfig | None
    clip_seconds: float = 5.0
    each: bool = False
    most_hours: float = MAX_HOURS
    asked: Asked = NOTHING


@dataclass(frozen=True)
class Progress:
    """So many more seconds were decoded."""

    seconds: float


Event = Window | Segment | Clip | Problem | Progress | Heard


class OpenAudio(Protocol):
    """What is asked of an open file; see :class:`transforms.decode.audio.Audio`."""

    format: Format
    problems: list[Problem]
    timing: Timing

    def blocks(self) -> Iterator[np.ndarray]: ...


Opener = Callable[[Target], AbstractContextManager[OpenAudio]]
FactsOf = Callable[[Target], Facts]


def listen(
    recording: Recording,
    wanted: Listening,
    detector: SpeechDetector | None,
    opened: Opener = open_audio,
    until: float | None = None,
    facts: FactsOf = read_facts,
) -> Iterator[Event]:
    """Everything that a recording holds, in the order of time, in memory that its length does not shape.

    A segment comes before the clips that are cut from it.  The last event is :class:`Heard`,
    whatever happened; a :class:`Problem` says what did.  Of several files with this content the first that gives a
    sample is heard; see :class:`transforms.decode.tries.Tries`.

    Args:
        detector: finds the speech; needed where ``wanted.speech`` is set.
        opened: opens the file: in this process, or as :meth:`transforms.decode.guard.Decoder.open` in another.
        until: seconds since 1970 after which a recording that is longer than its bytes can hold is ended.
        facts: reads what the header says of a recording: in this process, or as
            :meth:`transforms.decode.guard.Decoder.facts` in another.
    """
    tries = Tries()
    known = Facts()
    for source in tries.of(recording.sources):
        ears: Ears | None = None
        audio: OpenAudio | None = None
        problems: list[Problem] = []
        bounds = Bounds(wanted.most_hours, source.bytes, until)
        if changed := changes(source, recording.recording_id):
            problem = Problem(Stage.DECODE, Reason.CHANGED_WHILE_READ, f"since its content was hashed, {changed}")
            tries.failed(problem, None)
            continue
        try:
            with opened(source.target) as audio:
                ears = Ears(recording, audio.format, wanted, detector)
                for block in audio.blocks():
                    if (end := bounds.end(ears.frames / audio.format.sample_rate_hz)) is not None:
                        problems.append(end)
                        break
                    yield from ears.hear(block)
                    yield Progress(len(block) / audio.format.sample_rate_hz)
                problems.extend(audio.problems)
        except DecodeError as error:
            problems.append(Problem(Stage.DECODE, error.reason, str(error)))
        except MemoryError as error:
            problems.append(Problem(Stage.DECODE, Reason.OUT_OF_MEMORY, f"no memory left: {error}".rstrip(": ")))
        except Exception as error:  # nothing about one file may end the run; the row of errors tells
            problems.append(_unforeseen(error))
        if ears is not None and ears.frames:
            known = _known(facts, source.target)
        if changed := changes(source, recording.recording_id):
            problems = [Problem(Stage.DECODE, Reason.CHANGED_WHILE_READ, f"while it was decoded, {changed}")]
            if ears is not None and ears.frames:
                yield from problems
                yield Heard("failed")  # without an id its rows, which may be of both states, are of no recording
                return
        elif ears is not None and ears.frames:
            break
        tries.failed(problems[0], audio.format if audio else None)
    else:
        yield tries.told
        silent = tries.told.reason in NOTHING_TO_HEAR
        yield Heard("no_audio" if silent else "failed", tries.format)
        return
    assert ears is not None
    assert audio is not None
    try:
        yield from ears.finish()
    except Exception as error:
        problems.append(_unforeseen(error))
    yield from problems
    yield ears.heard("partial" if problems else "complete", audio.timing, known)


def changes(source: Source, recording_id: str) -> str | None:
    """What happened to a file since its content was hashed, in words; None where it holds the same."""
    changed: list[str] = []
    for file in source.files:
        was = State.kept(file)
        try:
            now = State.at(file.path)
        except (OSError, ValueError):
            continue  # it is gone: what was read was whole, what was not read the decoder tells
        if was is None or now == was:
            continue
        if now.bytes != was.bytes:  # a recorder that writes on: no need to read it all
            return was.told(now)
        changed.append(was.told(now))
    return None if not changed or holds(source.target, recording_id) else changed[0]


def _known(facts: FactsOf, path: Target) -> Facts:
    try:
        return facts(path)
    except Exception:  # a header that nobody foresaw: the sound is heard all the same
        return Facts()


def _unforeseen(error: Exception) -> Problem:
    return Problem(Stage.DECODE, Reason.INTERNAL, f"{type(error).__name__}: {error}")


class Ears:
    """The state of one recording while its blocks come in."""

    def __init__(
        self, recording: Recording, format: Format, wanted: Listening, detector: SpeechDetector | None
    ) -> None:
        self.frames = 0
        self._format = format
        self._each = wanted.each
        if wanted.each and format.channels > MOST_CHANNELS_APART:
            message = f"{format.channels:,} channels, of which {MOST_CHANNELS_APART} can be kept apart: --channels mix"
            raise DecodeError(Reason.TOO_MANY_CHANNELS, message)
        numbers = range(1, format.channels + 1) if wanted.each else (MIX,)
        uri = recording.sources[0].uri
        places = [Place(uri, recording.recording_id, number, 0, 0) for number in numbers]
        self._meter = LoudnessMeter(format.sample_rate_hz, format.channels)
        rates = {RATE, *(wanted.windows or ())}
        self._resamplers = {rate: Resampler(format.sample_rate_hz, rate, len(places)) for rate in sorted(rates)}
        self._grids = [Grid(place, wanted.windows) for place in places] if wanted.windows is not None else []
        self._voices = [Voice(place, wanted.speech, wanted.clip_seconds) for place in places] if wanted.speech else []
        self._detector = detector
        if self._voices:
            assert detector is not None, "speech was asked for without a detector"
            detector.begin(len(places))

    @property
    def duration_ms(self) -> int:
        """Rounded up, so that every sample lies inside."""
        return -(-self.frames * 1000 // self._format.sample_rate_hz)

    def hear(self, block: np.ndarray) -> Iterator[Event]:
        """Take a block, float32 [n, channels] at the native rate."""
        self.frames += len(block)
        self._meter.push(block)
        kept = block if self._each else mix(block)[:, None]
        yield from self._take({rate: r.push(kept) for rate, r in self._resamplers.items()})

    def finish(self) -> Iterator[Event]:
        """What the end of the recording completes."""
        yield from self._take({rate: r.flush() for rate, r in self._resamplers.items()})
        for grid in self._grids:
            yield from grid.finish(self.duration_ms)
        if self._voices:
            assert self._detector is not None
            last = self._detector.finish()
            for voice, probabilities in zip(self._voices, last, strict=True):
                yield from voice.finish(probabilities, self.duration_ms)

    def _take(self, parts: dict[int, np.ndarray]) -> Iterator[Event]:
        for i, grid in enumerate(self._grids):
            yield from grid.push({rate: part[:, i] for rate, part in parts.items()})
        if self._voices:
            assert self._detector is not None
            at_16k = parts[RATE]
            probabilities = self._detector.push(at_16k.T)
            for i, voice in enumerate(self._voices):
                yield from voice.push(at_16k[:, i], probabilities[i])

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
            kept_seconds=self.frames / self._format.sample_rate_hz * channels,
        )
