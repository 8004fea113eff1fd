"""Decoding in a process of its own, so that a decoder that crashes or hangs costs its file and no more.

Decoders are written in C and given whatever lies in an archive.  One that crashes would take the whole run with it,
one that hangs would never end it.  Python's lock is left to the models: in threads PyAV has 0.6 to 0.8 of its speed.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from schemas.reasons import Reason, Stage
from schemas.records import Problem, Target
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.audio import DecodeError, Format
from transforms.decode.child import END, FACTS, FORMAT, HEAD, REFUSED, SAMPLES, SOUND, bytes_of
from transforms.decode.facts import NO_FACTS, Facts
from transforms.decode.lost import CrashedError, HungError, ended
from transforms.decode.started import CHILD, leave, take
from transforms.decode.timeline import ON_TIME
from transforms.isolated import Child

LEAST_SECONDS = 60.0
"""What any file may take, on a machine that is busy."""

BYTES_A_SECOND = 50_000.0
"""A decoder that works through fewer bytes of a file in a second hangs.  What a header promises is not asked: headers
lie.  The slowest that was measured is Opus at 24 kbit/s, 270 times real time: 800,000 bytes a second."""

SLOWEST = 20.0
"""And one that gives less than this times real time hangs.  What it gives earns it time: silence has few bytes."""

LARGE_BYTES = 1 << 29
"""What a process has freed of the places for so large a file may still count when the next one's bound is set."""


class Decoder:
    """A process that decodes, started when it is first needed and again after it was lost.  One thread may use it.

    Args:
        least_seconds, bytes_a_second: the time limit of a file is the one, and its bytes over the other; only time in
            which this side waits counts.  The process has a limit of its own for the time in which this side is busy,
            and one for its memory: see :mod:`transforms.decode.limits`.
        asked: how files are to be opened.
        command: starts the process.
    """

    def __init__(
        self,
        asked: Asked = NOTHING,
        *,
        least_seconds: float = LEAST_SECONDS,
        bytes_a_second: float = BYTES_A_SECOND,
        command: Sequence[str] = CHILD,
    ) -> None:
        self._asked = asked
        self._least_seconds = least_seconds
        self._bytes_a_second = bytes_a_second
        self._command = command
        self._started: Child | None = None
        self._left = self._limit = 0.0
        self._is_spent = False

    def header(self, path: Target) -> Format:
        """As :func:`transforms.decode.audio.read_header`, and DecodeError with DECODER_CRASHED or DECODER_HUNG."""
        self._ask("header", path)
        return self._format()

    def facts(self, path: Target) -> Facts:
        """As :func:`transforms.decode.facts.read_facts`; nothing where that crashes or hangs: it is no sound."""
        self._ask("facts", path)
        return self._said(FACTS) or NO_FACTS

    def head(self, path: Target) -> tuple[Format, str]:
        """As :meth:`header`, and how the sound begins (:mod:`transforms.decode.sound_hash`); empty without a sample."""
        self._ask("head", path)
        return self._format(), self._said(HEAD) or ""

    def sound(self, path: Target) -> str | None:
        """The hash of all of a file (:mod:`transforms.decode.sound_hash`); None where it cannot be decoded."""
        self._ask("sound", path)
        return self._said(SOUND)

    def _said(self, kind: str) -> Any:
        """What an answer of this kind says; None where it is another one, or the process is lost."""
        try:
            answered, *said = self.receive()
        except (HungError, CrashedError):
            return None
        return said[0] if answered == kind else None

    @contextmanager
    def open(self, path: Target, *, track: int | None = None) -> Iterator[GuardedAudio]:
        """As :func:`transforms.decode.audio.open_audio`, and DecodeError with DECODER_CRASHED or DECODER_HUNG."""
        self._ask("blocks", path, self._asked.of_track(track))
        audio = GuardedAudio(self, self._format())
        try:
            yield audio
        finally:
            if not audio.at_end:  # what is still to come would be taken for the next file's
                self.close()

    def close(self) -> None:
        """End the process; another one starts when there is more to do."""
        if self._started is not None:
            self._started.end()
        self._started = None

    def leave(self) -> None:
        """As :meth:`close`, but a process that can be trusted is left to the next decoder."""
        if self._started is None or self._is_spent:
            self.close()
            return
        leave(self._started)
        self._started = None

    def receive(self) -> Any:
        """The next answer.

        Raises:
            HungError, CrashedError: the process is ended.
        """
        assert self._started is not None
        connection = self._started.connection
        began = time.monotonic()
        try:
            if not connection.poll(max(0.0, self._left)):
                self.close()
                raise HungError
            answer = connection.recv()
            if answer[0] == SAMPLES:
                answer = (SAMPLES, _samples(connection, answer[1]))
        except (EOFError, OSError) as error:
            code = self._started.process.wait()
            self.close()
            if code == -signal.SIGXCPU:
                raise HungError from error
            raise CrashedError(ended(code)) from error
        self._left -= time.monotonic() - began
        return answer

    def spend(self, reason: Reason) -> None:
        """A file was given up for this reason: a process that ran out of memory is not trusted with the next."""
        self._is_spent |= reason is Reason.OUT_OF_MEMORY

    def earn(self, seconds: float) -> None:
        """So many seconds of audio came."""
        self._left = min(self._limit, self._left + seconds / SLOWEST)

    def _ask(self, what: str, path: Target, asked: Asked | None = None) -> None:
        size = bytes_of(path)
        self._left = self._limit = self._least_seconds + size / self._bytes_a_second
        if self._started is None or not self._started.is_alive or self._is_spent:
            self._started = self._start()
        self._is_spent = size > LARGE_BYTES
        request = (what, path, self._limit, asked or self._asked)
        try:
            self._started.connection.send(request)
        except OSError:  # it died after its last answer, which is no fault of this file
            self._started = self._start()
            self._started.connection.send(request)

    def _format(self) -> Format:
        try:
            answer = self.receive()
        except HungError:
            raise DecodeError(Reason.DECODER_HUNG, "the decoder did not open it in time and was stopped") from None
        except CrashedError as error:
            raise DecodeError(Reason.DECODER_CRASHED, f"the decoder crashed at its start: {error}") from None
        match answer:
            case (str(kind), Format() as format) if kind == FORMAT:
                return format
            case (str(kind), reason, message) if kind == REFUSED:
                self.spend(reason)
                raise DecodeError(reason, message)
            case _:
                raise DecodeError(Reason.INTERNAL, answer[1])

    def _start(self) -> Child:
        self.close()
        return take(self._command)


def _samples(connection: Connection, shape: tuple[int, int]) -> np.ndarray:
    """The bytes that follow, read to where they stay: Connection copies them three times on their way."""
    block = np.empty(shape, np.float32)
    left = block.data.cast("B")
    while len(left):
        read = os.readv(connection.fileno(), [left])
        if not read:
            raise EOFError
        left = left[read:]
    return block


class GuardedAudio:
    """An open file whose samples come out of another process.

    Attributes:
        format: what the header says, put right by the first frame.
        problems, timing: as in :class:`transforms.decode.audio.Audio`, known when the blocks are at their end.
    """

    def __init__(self, decoder: Decoder, format: Format) -> None:
        self.format = format
        self.problems: list[Problem] = []
        self.timing = ON_TIME
        self.at_end = False
        self._decoder = decoder

    def blocks(self) -> Iterator[np.ndarray]:
        """As :meth:`transforms.decode.audio.Audio.blocks`; the loss of the decoder after the first sample is a problem.

        Raises:
            DecodeError: not one sample came.
        """
        frames = 0
        while True:
            try:
                kind, *said = self._decoder.receive()
            except HungError:
                kind, said = REFUSED, [Reason.DECODER_HUNG, "the decoder hung and was stopped"]
            except CrashedError as error:
                kind, said = REFUSED, [Reason.DECODER_CRASHED, f"the decoder crashed: {error}"]
            if kind == SAMPLES:
                frames += len(said[0])
                self._decoder.earn(len(said[0]) / self.format.sample_rate_hz)
                yield said[0]
                continue
            self.at_end = True
            if kind == END:
                problems, self.timing = said
                self.problems.extend(problems)
                return
            reason, message = said if kind == REFUSED else (Reason.INTERNAL, said[0])
            self._decoder.spend(reason)
            if not frames:
                raise DecodeError(reason, message)
            start_ms = round(1000 * frames / self.format.sample_rate_hz)
            self.problems.append(Problem(Stage.DECODE, reason, message, start_ms))
            return
