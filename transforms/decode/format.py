"""What a decoder says about a file, and how it says that it cannot go on."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from schemas.notes import Note
from schemas.reasons import Reason
from schemas.tracks import Track
from transforms.audio.resample import HIGHEST_RATE_HZ, LOWEST_RATE_HZ
from transforms.decode.timeline import Timing

HEADER_SLACK_S = 0.2
"""Headers of lossy formats round, and count the padding of the last packets (AAC at 8 kHz: 0.13 s a packet)."""


@dataclass(frozen=True)
class Format:
    """What the header says.

    Attributes:
        container: the file format in FFmpeg's words: ``wav``, ``mp3``, ``mp4``, ``matroska``...
        codec: the coding of the samples in FFmpeg's words: ``pcm_s16``, ``flac``, ``aac``...
        seconds: the duration; None where the header does not say.  Headers lie.
        tracks: what the file says of each of its audio tracks; empty where it can have but one.
        track: the number of the one that is heard, from 1.
        layout: what the file calls its channels, in FFmpeg's words (``FL``, ``LFE``), the first of ambisonics ``W``;
            empty where it does not say.
        notes: what was noticed when it was opened.
    """

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    seconds: float | None
    tracks: tuple[Track, ...] = ()
    track: int = 1
    layout: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


class DecodeError(Exception):
    """A file that gives no samples.  The message is one line."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, " ".join(message.split()))
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[1])


class BrokenOffError(Exception):
    """A decoder that cannot go on, after none or some samples; the message is the decoder's own."""


@dataclass
class Losses:
    """What a decoder left out, filled while it reads.

    Attributes:
        packets: packets that could not be decoded.
        first_frame: where the first of them is missed; None where nothing comes after it.
        at_end: no sample came after the last of them.
        seconds: silence that stands for what was left out.
    """

    packets: int = 0
    first_frame: int | None = None
    at_end: bool = False
    seconds: float = 0.0


class Reader(Protocol):
    """An open file; whoever opens one has to close it.

    Attributes:
        least_frames: the fewest frames that the header promises; None where it promises none,
            or where the duration is only guessed from the bit rate.
    """

    format: Format
    least_frames: int | None
    losses: Losses

    @property
    def timing(self) -> Timing:
        """Where no audio is, known when the blocks are at their end."""
        ...

    def blocks(self, frames: int) -> Iterator[np.ndarray]:
        """Float32 [n, channels], 1 <= n <= ``frames``, until the audio ends; may be called once.

        Raises:
            BrokenOffError: the decoder cannot go on.
        """
        ...

    def stopped_early(self) -> bool:
        """Whether the decoder stopped in the midst of the audio without an error."""
        ...

    def close(self) -> None: ...


def check_format(format: Format) -> Format:
    """The format, if its samples can be brought to the rates of the models.

    Raises:
        DecodeError: UNDECODABLE without channels, BAD_RATE for a rate that the resampler does not take.
    """
    if format.channels < 1:
        raise DecodeError(Reason.UNDECODABLE, f"the {format.codec} audio has no channels")
    if not LOWEST_RATE_HZ <= format.sample_rate_hz <= HIGHEST_RATE_HZ:
        allowed = f"{LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz can be resampled"
        raise DecodeError(Reason.BAD_RATE, f"a sampling rate of {format.sample_rate_hz} Hz ({allowed})")
    return format


def open_descriptor(path: str) -> int:
    """A descriptor of a regular, readable file that is not empty.

    Decoders are given descriptors in place of names, so that no character and no extension of a
    name matters to them.  What is no regular file is never opened: a pipe would block.

    Raises:
        DecodeError: NOT_FOUND, NOT_A_FILE, UNREADABLE, EMPTY_FILE.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DecodeError(Reason.NOT_A_FILE, "not a regular file")
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except ValueError as error:
        raise DecodeError(Reason.NOT_FOUND, f"no file can have this name: {error}") from error
    except OSError as error:
        raise DecodeError(_SYSTEM_ERRORS.get(error.errno, Reason.UNREADABLE), _said(error)) from error
    try:
        if not os.pread(descriptor, 1, 0):
            raise DecodeError(Reason.EMPTY_FILE, "zero bytes")
    except OSError as error:
        os.close(descriptor)
        raise DecodeError(Reason.UNREADABLE, _said(error)) from error
    except DecodeError:
        os.close(descriptor)
        raise
    return descriptor


_SYSTEM_ERRORS: dict[int | None, Reason] = {
    errno.ENOENT: Reason.NOT_FOUND,
    errno.ENOTDIR: Reason.NOT_FOUND,
    errno.ENAMETOOLONG: Reason.NOT_FOUND,
    errno.ELOOP: Reason.NOT_A_FILE,
}


def _said(error: OSError) -> str:
    return error.strerror or str(error)
