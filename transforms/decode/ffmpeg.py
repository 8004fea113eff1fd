"""Decoding through FFmpeg (PyAV): whatever libsndfile cannot open, and what it breaks off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain

import av
import numpy as np
from av.stream import Disposition

from schemas.mixes import W
from schemas.reasons import Reason
from schemas.tracks import DEFAULT
from transforms.audio.channels import with_channels
from transforms.audio.resample import Resampler
from transforms.decode.avi import packet_times
from transforms.decode.extent import Extent, ExtentFile
from transforms.decode.format import (
    HEADER_SLACK_S,
    BrokenOffError,
    DecodeError,
    Format,
    check_format,
    open_descriptor,
)
from transforms.decode.padding import stated_seconds, without_padding
from transforms.decode.stream import ERRORS, Decoded, Stream, said, samples_of, with_following
from transforms.decode.timeline import Timeline, Timing
from transforms.decode.tracks import choose, track_of

_CONTAINERS = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}

_STATES_DURATION = frozenset(
    {"mp4", "matroska", "wav", "w64", "aiff", "caf", "flac", "avi", "ape", "wv", "tta", "mpc", "mpc8", "dsf"}
)
"""Containers whose header states the duration of the audio.  Elsewhere FFmpeg guesses it from the bit rate,
finds it at the end of the file, or (asf) is told that of the whole presentation."""

_BROADCASTS = frozenset({"mpegts", "mpeg"})
"""Streams that were cut out of a transmission: their clock begins anywhere and may jump."""

_FROM_ZERO = frozenset({"matroska", "flv", "avi"})
"""Containers whose stamps count from their beginning, if the stated duration reaches that far; ASF's do not."""

_COUNTED = frozenset({"aac", "mp3", "ac3", "eac3", "dts", "loas", "amr", "gsm"})
"""Bare packets without stamps: FFmpeg counts them at the rate of the first, whatever theirs is."""

_SILENT_LOSSES = frozenset({"ogg", "flac"})
"""FFmpeg passes over damaged pages and frames of these without an error, but stamps tell what is missing."""

_CALLED = {"AMBI0": W}
"""Channels that are called otherwise here."""

_SILENCE_FRAMES = 65_536
"""The most frames of a piece of silence."""


class AvReader:
    """A file that FFmpeg opens and of which it can decode a packet: one audio track, on the player's clock.

    See :class:`transforms.decode.format.Reader` and :class:`transforms.decode.timeline.Timeline`.  Frames that change
    their rate or their channels within the stream are brought to those of the first frame.

    Args:
        raw: FFmpeg's name of the format of a file without a header.
        tracks: which audio track; see :func:`transforms.decode.tracks.choose`.

    Raises:
        DecodeError: those of ``open_descriptor`` and ``check_format``; NO_AUDIO, UNDECODABLE, ZERO_SAMPLES.
    """

    def __init__(self, source: str | Extent, raw: str | None = None, tracks: str = DEFAULT) -> None:
        self._container = open_container(source, raw)
        self._bytes = self._container.size
        self._name = _CONTAINERS.get(self._container.format.name, self._container.format.name)
        try:
            of_part = source.stream if isinstance(source, Extent) else None
            self._follows = of_part is not None
            self._track = choose(self._container.streams.audio, tracks, of_part)
            self._stream = self._container.streams.audio[self._track]
            times = packet_times(source, self._stream.index) if self._name == "avi" else None
            self._packets = Stream(self._container, self._stream, times)
            self.losses = self._packets.losses
            frames = self._packets.frames()
            first = self._first(frames)
            self._pending = chain([first], frames)
            self._timeline = self._begin(first.frame, first.time)
            self.format = check_format(self._read_format(first.frame))
            self._stated_seconds = stated_seconds(self._stream, self.format)
            self.least_frames = self._promised_frames()
        except BaseException:
            self._container.close()
            raise

    @property
    def timing(self) -> Timing:
        """What the clock says, known when the blocks are at their end."""
        return self._timeline.timing

    def _first(self, frames: Iterator[Decoded]) -> Decoded:
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

    def _begin(self, first: av.AudioFrame, stamp: float | None) -> Timeline:
        """The clock, which begins where the container does: with its first stream, if it says nothing else."""
        begin, ends = stamp or 0.0, self._container.duration
        if self._follows:
            return Timeline(first.sample_rate, stamp, begin, None, broadcast=True)
        if self._packets.first_empty is not None:
            begin = min(begin, self._packets.first_empty)
        for stream in self._container.streams:
            if stream is self._stream or stream.type not in ("video", "audio") or stream.start_time is None:
                continue
            if stream.time_base is not None and not stream.disposition & Disposition.attached_pic:
                begin = min(begin, float(stream.start_time * stream.time_base))
        end = None if ends is None else ends / av.time_base
        if self._name == "mp4" and self._stream.frames:  # not in fragments: an edit list alone makes it begin late
            begin = min(begin, 0.0)
            end = None if end is None else max(end, begin + end + (stamp or 0.0))
        elif self._name in _FROM_ZERO and end is not None and begin < end:
            begin = min(begin, 0.0)
        else:
            end = None
        return Timeline(first.sample_rate, stamp, begin, end, broadcast=self._name in _BROADCASTS)

    def _read_format(self, first: av.AudioFrame) -> Format:
        stream, seconds = self._stream, None
        if stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base) + (self._timeline.late if self._name != "asf" else 0.0)
        elif self._container.duration is not None:
            seconds = self._container.duration / av.time_base
        codec = stream.codec_context.codec.canonical_name
        return Format(
            container=self._name,
            codec=codec.removesuffix("le").removesuffix("be") if codec.startswith("pcm_") else codec,
            sample_rate_hz=first.sample_rate,
            channels=first.layout.nb_channels,
            seconds=seconds if seconds is not None and seconds > 0 else None,
            tracks=tuple(track_of(audio) for audio in self._container.streams.audio),
            track=self._track + 1,
            layout=tuple(_CALLED.get(channel.name, channel.name) for channel in first.layout.channels),
        )

    def _promised_frames(self) -> int | None:
        alone = self._stream.duration is not None or len(self._container.streams) == 1
        if self.format.seconds is None or not alone or self.format.container not in _STATES_DURATION:
            return None
        return int((self.format.seconds - HEADER_SLACK_S) * self.format.sample_rate_hz)

    def _pieces(self) -> Iterator[np.ndarray]:
        """Float32 [n, channels] at the rate and with the channels of the first frame, silence where no audio is."""
        rate, channels, timeline = self.format.sample_rate_hz, self.format.channels, self._timeline
        resampler, at_rate, stamped = Resampler(rate, rate, channels), rate, True
        yield from _silence(timeline.start(), channels)
        for (frame, time, lost, paused), following in with_following(self._pending):
            if lost and self.losses.first_frame is None:
                self.losses.first_frame = round(timeline.seconds * rate)
            stamped = stamped and (frame.sample_rate == rate or self.format.container not in _COUNTED)
            silence = 0
            if stamped:
                after = following.time if following else None
                seconds = frame.samples / frame.sample_rate
                silence = timeline.place(time, after, seconds, exact=lost or paused)
            if frame.sample_rate != at_rate or silence > 0:
                yield resampler.flush()
                resampler, at_rate = Resampler(frame.sample_rate, rate, channels), frame.sample_rate
                yield from _silence(silence, channels)
            piece = samples_of(frame)
            if following is None:
                stated = self._stated_seconds
                left = None if stated is None else timeline.late + stated - timeline.seconds
                piece = piece[: without_padding(frame, self.format, left)]
            if silence < 0:
                piece = piece[-silence * frame.sample_rate // rate :]
            timeline.given(len(piece), frame.sample_rate)
            if silence > 0 and (lost or self.format.container in _SILENT_LOSSES):
                self.losses.seconds += silence / rate
            yield resampler.push(with_channels(piece, channels))
        yield resampler.flush()
        if self._packets.empty_until is not None:
            yield from _silence(timeline.until(self._packets.empty_until), channels)

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


def _silence(frames: int, channels: int) -> Iterator[np.ndarray]:
    """Zeros in pieces, however many there are."""
    for start in range(0, frames, _SILENCE_FRAMES):
        yield np.zeros((min(_SILENCE_FRAMES, frames - start), channels), np.float32)


def open_container(source: str | Extent, raw: str | None = None) -> av.container.InputContainer:
    """FFmpeg reads the descriptor or the file object alone: a playlist cannot make it open other files or addresses."""
    options = {"protocol_whitelist": "fd"}
    descriptor: int | None = None
    file: str | ExtentFile = "fd:"
    if isinstance(source, Extent):
        file = ExtentFile(source)
    else:
        descriptor = open_descriptor(source)
        options["fd"] = str(descriptor)
    try:
        return av.open(file, "r", options=options, metadata_errors="replace", format=raw)
    except MemoryError:
        raise
    except ERRORS as error:
        raise DecodeError(Reason.UNDECODABLE, f"FFmpeg: {said(error)}") from error
    finally:
        if descriptor is not None:
            os.close(descriptor)  # FFmpeg has its own copy
