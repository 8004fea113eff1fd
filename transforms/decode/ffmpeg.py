"""Decoding through FFmpeg (PyAV): whatever libsndfile cannot open, and what it breaks off."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain

import av
import numpy as np
from av.stream import Disposition

from schemas.reasons import Reason
from transforms.audio.channels import mix
from transforms.audio.resample import Resampler
from transforms.decode.format import (
    HEADER_SLACK_S,
    BrokenOffError,
    DecodeError,
    Format,
    Losses,
    check_format,
    open_descriptor,
)

_FULL_SCALE = {"u1": 2.0**7, "i2": 2.0**15, "i4": 2.0**31}
"""What integer samples are divided by to lie in [-1, 1)."""

_CONTAINERS = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}

_STATES_DURATION = frozenset(
    {"mp4", "matroska", "wav", "w64", "aiff", "caf", "flac", "avi", "ape", "wv", "tta", "mpc", "mpc8", "dsf"}
)
"""Containers whose header states the duration of the audio.  Elsewhere FFmpeg guesses it from the bit rate,
finds it at the end of the file, or (asf) is told that of the whole presentation."""

_ERRORS = (av.FFmpegError, ValueError, OverflowError)


class AvReader:
    """A file that FFmpeg opens and of which it can decode a packet: its first audio stream.

    See :class:`transforms.decode.format.Reader`.  Frames that change their rate or their channels
    within the stream are brought to those of the first frame.

    Args:
        raw: FFmpeg's name of the format of a file without a header.

    Raises:
        DecodeError: those of ``open_descriptor`` and ``check_format``; NO_AUDIO, UNDECODABLE, ZERO_SAMPLES.
    """

    def __init__(self, path: str, raw: str | None = None) -> None:
        self.losses = Losses()
        self._decoded = 0
        self._container = _open(path, raw)
        self._bytes = self._container.size
        try:
            self._stream = _choose(self._container.streams.audio)
            frames = self._frames()
            first = self._first(frames)
            self._pending = chain([first], frames)
            self.format = check_format(self._read_format(first))
            self.least_frames = self._promised_frames()
        except BaseException:
            self._container.close()
            raise

    def _first(self, frames: Iterator[av.AudioFrame]) -> av.AudioFrame:
        """The first frame: it knows its rate and channels better than the header does."""
        try:
            first = next(frames, None)
        except BrokenOffError as error:
            raise DecodeError(Reason.UNDECODABLE, str(error)) from error
        if first is not None:
            return first
        if self._stream.frames > self._bytes:  # the places for so many packets found no room
            message = f"FFmpeg: the header promises {self._stream.frames:,} packets in {self._bytes:,} bytes"
            raise DecodeError(Reason.UNDECODABLE, message)
        if self.losses.packets:
            raise DecodeError(Reason.UNDECODABLE, f"FFmpeg: none of {self.losses.packets} packets could be decoded")
        raise DecodeError(Reason.ZERO_SAMPLES, "the audio holds no samples")

    def _read_format(self, first: av.AudioFrame) -> Format:
        stream, name = self._stream, self._container.format.name
        seconds = None
        if stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base)
        elif self._container.duration is not None:
            seconds = self._container.duration / av.time_base
        codec = stream.codec_context.codec.canonical_name
        return Format(
            container=_CONTAINERS.get(name, name),
            codec=codec.removesuffix("le").removesuffix("be") if codec.startswith("pcm_") else codec,
            sample_rate_hz=first.sample_rate,
            channels=first.layout.nb_channels,
            seconds=seconds if seconds is not None and seconds > 0 else None,
        )

    def _promised_frames(self) -> int | None:
        alone = self._stream.duration is not None or len(self._container.streams) == 1
        if self.format.seconds is None or not alone or self.format.container not in _STATES_DURATION:
            return None
        return int((self.format.seconds - HEADER_SLACK_S) * self.format.sample_rate_hz)

    def _frames(self) -> Iterator[av.AudioFrame]:
        """The decoded frames; packets that cannot be decoded are counted and left out."""
        begin: float | None = None
        try:
            for packet in self._container.demux(self._stream):
                try:
                    decoded = packet.decode()
                except MemoryError:
                    raise
                except _ERRORS:
                    if not self.losses.packets:
                        self.losses.first_frame = self._decoded
                    self.losses.packets += 1
                    self.losses.at_end = True
                    continue
                for frame in decoded:
                    if not frame.samples or not isinstance(frame, av.AudioFrame):
                        continue
                    self._decoded += frame.samples
                    self.losses.at_end = False
                    if frame.time is not None and frame.sample_rate:
                        begin = frame.time if begin is None else begin
                        end = frame.time + frame.samples / frame.sample_rate
                        self.losses.seconds = end - begin - self._decoded / frame.sample_rate
                    yield frame
        except MemoryError:  # which may be one of FFmpeg's errors
            raise
        except _ERRORS as error:
            raise BrokenOffError(f"FFmpeg: {_said(error)}") from error

    def _pieces(self) -> Iterator[np.ndarray]:
        """Float32 [n, channels] at the rate and with the channels of the first frame."""
        rate, channels = self.format.sample_rate_hz, self.format.channels
        resampler, at_rate = Resampler(rate, rate, channels), rate
        for frame in self._pending:
            piece = samples_of(frame)
            if piece.shape[1] != channels:
                piece = np.repeat(mix(piece)[:, np.newaxis], channels, axis=1)
            if frame.sample_rate != at_rate:
                yield resampler.flush()
                resampler, at_rate = Resampler(frame.sample_rate, rate, channels), frame.sample_rate
            yield resampler.push(piece)
        yield resampler.flush()

    def blocks(self, frames: int, skip: int = 0) -> Iterator[np.ndarray]:
        """As in Reader; ``skip`` frames are decoded and left out first."""
        block, filled = np.empty((frames, self.format.channels), np.float32), 0
        broken: BrokenOffError | None = None
        try:
            for whole in self._pieces():
                piece = whole[skip:]
                skip = max(0, skip - len(whole))
                while len(piece):
                    taken = min(frames - filled, len(piece))
                    block[filled : filled + taken] = piece[:taken]
                    filled, piece = filled + taken, piece[taken:]
                    if filled == frames:
                        yield block
                        block, filled = np.empty_like(block), 0
        except BrokenOffError as error:
            broken = error
        if filled:
            yield block[:filled]
        if broken is not None:
            raise broken

    def stopped_early(self) -> bool:
        return False

    def close(self) -> None:
        self._container.close()


def _choose(streams: Sequence[av.AudioStream]) -> av.AudioStream:
    """The first stream marked as default that FFmpeg has a decoder for, else the first with a decoder.

    Not FFmpeg's own choice, which goes by the number of channels and packets.
    """
    if not streams:
        raise DecodeError(Reason.NO_AUDIO, "the file holds no audio stream")
    known = [stream for stream in streams if stream.codec_context is not None]
    if not known:
        raise DecodeError(Reason.UNDECODABLE, "FFmpeg: no decoder for the audio stream")
    return next((stream for stream in known if stream.disposition & Disposition.default), known[0])


def samples_of(frame: av.AudioFrame) -> np.ndarray:
    """The samples of a frame, float32 [n, channels], integers brought to [-1, 1) at their own level.

    Raises:
        BrokenOffError: samples of a type that PyAV cannot give out.
    """
    try:
        samples = frame.to_ndarray()
    except _ERRORS as error:
        raise BrokenOffError(f"PyAV: {_said(error)}") from error
    samples = samples.T if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels)
    kind = samples.dtype.str[1:]
    floats = samples.astype(np.float32)
    if kind == "u1":
        floats -= 128
    if kind in _FULL_SCALE:
        floats *= np.float32(1 / _FULL_SCALE[kind])
    return floats


def _open(path: str, raw: str | None) -> av.container.InputContainer:
    """FFmpeg reads the descriptor alone: a playlist cannot make it open other files or addresses."""
    descriptor = open_descriptor(path)
    options = {"fd": str(descriptor), "protocol_whitelist": "fd"}
    try:
        return av.open("fd:", options=options, metadata_errors="replace", format=raw)
    except MemoryError:
        raise
    except _ERRORS as error:
        raise DecodeError(Reason.UNDECODABLE, f"FFmpeg: {_said(error)}") from error
    finally:
        os.close(descriptor)  # FFmpeg has its own copy


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
