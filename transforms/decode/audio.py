"""Any audio file as blocks of samples: libsndfile where it can, FFmpeg where it cannot.

What was measured to lead here:

- libsndfile and FFmpeg give the same samples for wav and flac, and within 2e-6 for mp3 and vorbis,
  where both strip the delay that the encoder noted in the file.  Without that note (mp3 without a
  LAME tag, aac without an edit list) the delay of the coder stays in: 1,000 to 2,000 frames.
- Ogg goes to FFmpeg first: it decodes vorbis 1.7 and opus 3 times as fast, opus at its own 48 kHz.
- libsndfile breaks off at the first damaged packet, and stops early in MPEG with a variable bit rate and no
  length in its header, and in FLAC with a wrong one.  FFmpeg then goes on from the same frame.
- libsndfile takes a data chunk of no stated size, as pipes leave it, for an empty one; FFmpeg reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

import numpy as np

from schemas.reasons import Reason, Stage
from schemas.records import Problem, Target
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.extent import Extent, whole
from transforms.decode.ffmpeg import AvReader
from transforms.decode.format import (
    BrokenOffError,
    DecodeError,
    Format,
    Reader,
)
from transforms.decode.joined import JoinedAudio
from transforms.decode.opening import open_part, open_reader, parts_of
from transforms.decode.timeline import ON_TIME

__all__ = ["Audio", "DecodeError", "Format", "open_audio", "read_header"]

BLOCK_FRAMES = 1 << 18
"""The most frames of a block.  A run with a quarter as many spent a third more, on the calls that each block takes."""

BLOCK_SECONDS = 6
"""And no more than these, unless they are fewer than SHORT_BLOCK_FRAMES: at low rates a second grows on its way to
48 kHz."""

SHORT_BLOCK_FRAMES = 1 << 16

BLOCK_SAMPLES = 1 << 19
"""The most samples of a block, over all channels: 2 MB as float32.  More than two channels come in shorter blocks."""

LOUDEST = 2.0**32
"""A sample beyond is damage.  Float files hold integers of up to 32 bits unscaled at the most; what lies far above
has no finite energy in float32, and one such file would fail the audit of the whole corpus."""


class Audio:
    """An open file, or a part of one.

    Attributes:
        format: what the header says, put right by the first frame where they differ.
        problems: at most one Problem of each reason, known when the blocks are at their end.
        timing: where no audio is, known then.
    """

    def __init__(self, source: str | Extent, reader: Reader) -> None:
        self.format = reader.format
        self.problems: list[Problem] = []
        self.timing = ON_TIME
        self._source = source
        self._reader = self._last = reader

    def blocks(self, frames: int | None = None) -> Iterator[np.ndarray]:
        """The samples from the start, once: float32 [n, channels] at the native rate, 1 <= n <= ``frames``.

        By itself a block has :func:`block_frames`.

        Every sample is in [-LOUDEST, LOUDEST], and in [-1, 1] unless the file holds more.  Whatever goes wrong after
        the first sample ends the blocks and is noted in ``problems``.

        Raises:
            DecodeError: ZERO_SAMPLES or UNDECODABLE, if not one sample came.
        """
        frames = frames or block_frames(self.format.sample_rate_hz, self.format.channels)
        at = bad_samples = first_bad = 0
        broken: BrokenOffError | None = None
        try:
            for block in self._blocks_of_both(frames):
                if not (block.min() >= -LOUDEST and block.max() <= LOUDEST):  # not so where there is a NaN
                    sound = np.abs(block) <= LOUDEST
                    if not bad_samples:
                        first_bad = at + int(np.argmin(sound.all(axis=1)))
                    bad_samples += int(sound.size - np.count_nonzero(sound))
                    block[~sound] = 0
                at += len(block)
                yield block
        except BrokenOffError as error:
            broken = error
        if not at:
            if broken is not None:
                raise DecodeError(Reason.UNDECODABLE, str(broken))
            raise DecodeError(Reason.ZERO_SAMPLES, "the audio holds no samples")
        if bad_samples:
            self._note(Reason.NON_FINITE, f"{bad_samples} samples were NaN, infinite or beyond 2^32", first_bad)
        self.timing = self._last.timing
        self._note_losses(at, broken)

    def _blocks_of_both(self, frames: int) -> Iterator[np.ndarray]:
        """The reader's blocks, and FFmpeg's from where libsndfile left off."""
        got = 0
        broken: BrokenOffError | None = None
        try:
            for block in self._reader.blocks(frames):
                got += len(block)
                yield block
        except BrokenOffError as error:
            broken = error
        if isinstance(self._reader, AvReader) or (broken is None and not self._reader.stopped_early()):
            if broken is not None:
                raise broken
            return
        try:
            relay = AvReader(self._source)
        except DecodeError as error:
            raise broken or BrokenOffError(str(error)) from error
        with closing(relay):
            if (relay.format.sample_rate_hz, relay.format.channels) != (
                self.format.sample_rate_hz,
                self.format.channels,
            ):
                raise broken or BrokenOffError("the decoders disagree about the rate or the channels")
            self._last = relay
            yield from relay.blocks(frames, skip=got)

    def _note_losses(self, frames: int, broken: BrokenOffError | None) -> None:
        """TRUNCATED if the audio ends before the header says, CORRUPT if something in its midst is missing.

        The missing end of a file makes its last packet undecodable: that is TRUNCATED alone.
        """
        losses, rate = self._last.losses, self.format.sample_rate_hz
        promised = self._reader.least_frames
        missing = max(0, promised - frames) if promised is not None else 0
        stands = f"; {losses.seconds:.3f} s of silence stand for them" if losses.seconds else ""
        is_cut = isinstance(self._source, Extent) and not self._source.promises and losses.packets == 1
        at_seam = is_cut and (losses.at_end or losses.first_frame == 0)
        if losses.packets and not at_seam and not (losses.at_end and missing):
            message = f"packets that could not be decoded: {losses.packets}{stands}"
            self._note(Reason.CORRUPT, message, frames if losses.first_frame is None else losses.first_frame)
        elif losses.seconds:  # pages of Ogg and frames of FLAC, which FFmpeg passes over without a word
            self._note(Reason.CORRUPT, f"{losses.seconds:.3f} s could not be decoded; silence stands for them", None)
        elif broken is not None and not missing:
            self._note(Reason.CORRUPT, str(broken), frames)
        if missing:
            self._note(
                Reason.TRUNCATED,
                f"{frames / rate:.3f} s of audio came, the header promises {(frames + missing) / rate:.3f} s",
                frames,
            )

    def _note(self, reason: Reason, message: str, frame: int | None) -> None:
        start_ms = None if frame is None else round(1000 * frame / self.format.sample_rate_hz)
        self.problems.append(Problem(Stage.DECODE, reason, message, start_ms))


def block_frames(rate: int, channels: int) -> int:
    """The most frames of a block at a rate in Hz."""
    long = min(BLOCK_FRAMES, max(SHORT_BLOCK_FRAMES, BLOCK_SECONDS * rate))
    return min(long, max(1, BLOCK_SAMPLES // channels))


@contextmanager
def open_audio(path: Target, asked: Asked = NOTHING, *, track: int | None = None) -> Iterator[Audio | JoinedAudio]:
    """Opens a file of any format, or several that are one take, for one reading.

    Args:
        track: the number of the audio track, from 1; None for what was asked for.

    Raises:
        DecodeError: NOT_FOUND, UNREADABLE, NOT_A_FILE, EMPTY_FILE, NO_AUDIO, UNDECODABLE, BAD_RATE, or
            ZERO_SAMPLES where the header already shows it.
    """
    asked = asked.of_track(track)
    if not isinstance(path, str):
        yield JoinedAudio([whole(part) for part in path], partial(_open_file, asked=asked), are_files=True)
        return
    found = parts_of(path, asked)
    if found.parts:
        yield JoinedAudio(found.parts, partial(_open_part, asked=asked))
        return
    with closing(open_reader(path, asked)) as reader:
        if found.is_whole:
            reader.least_frames = None
        yield Audio(path, reader)


@contextmanager
def _open_file(part: Extent, asked: Asked) -> Iterator[Audio | JoinedAudio]:
    """A file of a take, which may have parts of its own."""
    with open_audio(part.path, asked) as audio:
        yield audio


@contextmanager
def _open_part(part: Extent, asked: Asked) -> Iterator[Audio]:
    with closing(open_part(part, asked)) as reader:
        yield Audio(part, reader)


def read_header(path: Target, asked: Asked = NOTHING) -> Format:
    """What the header and the first frame say, in milliseconds; the same errors as :func:`open_audio`."""
    with open_audio(path, replace(asked, listens=False)) as audio:
        return audio.format
