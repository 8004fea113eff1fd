"""Several parts of a file as one recording: each begins where the one before it ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

import numpy as np

from schemas.reasons import Reason, Stage
from schemas.records import Problem
from transforms.audio.channels import with_channels
from transforms.audio.resample import Resampler
from transforms.decode.extent import Extent, Part, Unheard
from transforms.decode.format import DecodeError, Format
from transforms.decode.timeline import ON_TIME, Timing

_MEASURED_PARTS = 16
"""So many parts are opened for their duration; of the others it is reckoned by their bytes."""

_NOTHING_LOST = frozenset({Reason.NO_AUDIO, Reason.ZERO_SAMPLES})


class OneAudio(Protocol):
    """A part that is open; see :class:`transforms.decode.audio.Audio`."""

    format: Format
    problems: list[Problem]
    timing: Timing

    def blocks(self, frames: int | None = None) -> Iterator[np.ndarray]: ...


Opener = Callable[[Extent], AbstractContextManager[OneAudio]]


class JoinedAudio:
    """The parts of a file, or the files of a take, opened one after the other.

    The rate and the channels are those of the first part that can be opened; others are brought to them, a part with
    other channels as their average.

    Args:
        opened: opens a part.
        are_files: whether each part is a file of its own, whose name is told with what is wrong with it.

    Attributes:
        format: of the first part that can be opened, with the seconds of all.
        problems: those of the parts, and PART_NOT_HEARD where one gave no samples; at most one of each reason.
        timing: where no audio is; a later part that begins without is one more gap.

    Raises:
        DecodeError: no part can be opened; that of the first.
    """

    def __init__(self, parts: Sequence[Part], opened: Opener, *, are_files: bool = False) -> None:
        self.problems: list[Problem] = []
        self.timing = ON_TIME
        self._parts = parts
        self._opened = opened
        self._are_files = are_files
        self._counts: dict[Reason, int] = {}
        self.format = self._read_format()

    def _read_format(self) -> Format:
        formats: list[Format] = []
        known_bytes = 0
        known_seconds: float | None = 0.0
        refused: DecodeError | None = None
        extents = [part for part in self._parts if isinstance(part, Extent)]
        for part in extents:
            if formats and len(formats) >= _MEASURED_PARTS:
                break
            try:
                with self._opened(part) as audio:
                    formats.append(audio.format)
            except DecodeError as error:
                refused = refused or error
                continue
            known_bytes += part.bytes
            seconds = audio.format.seconds
            known_seconds = None if seconds is None or known_seconds is None else known_seconds + seconds
        if not formats:
            raise refused or DecodeError(Reason.UNDECODABLE, "no part of the file can be opened")
        if known_seconds is not None and len(formats) >= _MEASURED_PARTS:
            known_seconds *= sum(part.bytes for part in extents) / known_bytes
        in_turn = {part.stream for part in extents if part.stream is not None}
        tracks = formats[0].tracks
        if in_turn and len(tracks) <= max(2, len(in_turn)):  # streams that follow each other are one track
            tracks = ()
        return replace(formats[0], seconds=known_seconds, tracks=tracks)

    def blocks(self, frames: int | None = None) -> Iterator[np.ndarray]:
        """As :meth:`transforms.decode.audio.Audio.blocks`."""
        at = 0
        refused: DecodeError | None = None
        for part in self._parts:
            if isinstance(part, Unheard):
                message = f"{part.bytes:,} bytes from byte {part.begin:,} on are no audio that can be read: not heard"
                self._note(Problem(Stage.DECODE, Reason.PART_NOT_HEARD, message, self._ms(at)))
                continue
            began = at
            try:
                with self._opened(part) as audio:
                    for block in self._brought(audio, frames):
                        at += len(block)
                        yield block
                    self.timing = _follow(self.timing, audio.timing, is_first=not began)
                    for problem in audio.problems:
                        start_ms = None if problem.start_ms is None else self._ms(began) + problem.start_ms
                        message = f"{self._name(part)}{problem.message}"
                        self._note(replace(problem, message=message, start_ms=start_ms))
            except DecodeError as error:
                if refused is None or refused.reason in _NOTHING_LOST:
                    refused = error
                if error.reason not in _NOTHING_LOST:
                    place = f"{part.bytes:,} bytes from byte {part.begin:,} on"
                    message = f"{self._name(part)}{place} were not heard: {error}"
                    self._note(Problem(Stage.DECODE, Reason.PART_NOT_HEARD, message, self._ms(began)))
        if not at:
            raise refused or DecodeError(Reason.ZERO_SAMPLES, "the audio holds no samples")

    def _brought(self, audio: OneAudio, frames: int | None) -> Iterator[np.ndarray]:
        """The blocks of a part, at the rate and with the channels of the first."""
        rate, channels = self.format.sample_rate_hz, self.format.channels
        if (audio.format.sample_rate_hz, audio.format.channels) == (rate, channels):
            yield from audio.blocks(frames)
            return
        resampler = Resampler(audio.format.sample_rate_hz, rate, channels)
        most = 1
        for block in audio.blocks(frames):
            most = max(most, len(block))
            yield from _cut(resampler.push(with_channels(block, channels)), most)
        yield from _cut(resampler.flush(), most)

    def _name(self, part: Extent) -> str:
        return f"{os.path.basename(part.path)}: " if self._are_files else ""

    def _ms(self, frames: int) -> int:
        return round(1000 * frames / self.format.sample_rate_hz)

    def _note(self, problem: Problem) -> None:
        """The first of each reason stands; of the others the number is told."""
        earlier = self._counts.get(problem.reason, 0)
        self._counts[problem.reason] = earlier + 1
        if not earlier:
            self.problems.append(problem)
            return
        for place, told in enumerate(self.problems):
            if told.reason is problem.reason:
                message = told.message.removesuffix(_others(earlier)) + _others(earlier + 1)
                self.problems[place] = replace(told, message=message)


def _follow(earlier: Timing, later: Timing, *, is_first: bool) -> Timing:
    return Timing(
        later.audio_start_ms if is_first else earlier.audio_start_ms,
        earlier.gaps + later.gaps + (not is_first and later.audio_start_ms > 0),
        earlier.without_audio_ms + later.without_audio_ms,
        earlier.drift_ms + later.drift_ms,
    )


def _others(times: int) -> str:
    return "" if times < 2 else f"; in this file {times} parts have this"


def _cut(block: np.ndarray, most: int) -> Iterator[np.ndarray]:
    for begin in range(0, len(block), most):
        yield block[begin : begin + most]
