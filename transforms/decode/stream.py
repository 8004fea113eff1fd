"""The packets of one audio stream, decoded by FFmpeg (PyAV) into frames with their stamps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import av
import numpy as np

from transforms.decode.format import BrokenOffError, Losses

_FULL_SCALE = {"u1": 2.0**7, "i2": 2.0**15, "i4": 2.0**31}
"""What integer samples are divided by to lie in [-1, 1)."""

ERRORS = (av.FFmpegError, ValueError, OverflowError)
"""What PyAV raises of a file that FFmpeg cannot read."""

_NO_SPEECH = {"amr_nb": frozenset({8, 9, 10, 11, 15}), "amr_wb": frozenset({9, 14, 15})}
"""Frame types of AMR for pauses, which FFmpeg has no decoder for: comfort noise and no data (3GPP TS 26.101 table 1a,
TS 26.201 table 1a); 14 of AMR-WB is speech that was lost on its way."""


class Decoded(NamedTuple):
    """A frame, its stamp in seconds, and what packets before it were that gave none: undecodable, or pauses."""

    frame: av.AudioFrame
    time: float | None
    lost: bool
    paused: bool


class Stream:
    """One stream of an open container; :meth:`frames` may be read once.

    Args:
        times: when each packet is played, in seconds, by its number; None where frames are stamped.

    Attributes:
        losses: packets that cannot be decoded, counted as they are met.
        first_empty: the stamp of the first packet, in seconds, if packets before the first frame held no audio.
        empty_until: up to where packets after the last frame that hold no audio reach, in seconds.
    """

    def __init__(
        self, container: av.container.InputContainer, stream: av.AudioStream, times: np.ndarray | None = None
    ) -> None:
        self.losses = Losses()
        self.first_empty: float | None = None
        self.empty_until: float | None = None
        self._container = container
        self._stream = stream
        self._times = times
        self._any = False

    def frames(self) -> Iterator[Decoded]:
        """The decoded frames, in the order of the file.

        Raises:
            BrokenOffError: FFmpeg cannot go on.
        """
        lost = paused = False
        try:
            for packet in self._container.demux(self._stream):
                try:
                    decoded = packet.decode()
                except MemoryError:
                    raise
                except ERRORS:
                    if not self._any and self.first_empty is None and packet.pts is not None:
                        self.first_empty = float(packet.pts * packet.time_base)
                    if self._is_pause(packet):
                        paused = True
                        continue
                    self.losses.packets += 1
                    self.losses.at_end = lost = True
                    continue
                for frame in decoded:
                    if not frame.samples or not isinstance(frame, av.AudioFrame):
                        continue
                    self._any = True
                    self.empty_until = None
                    yield Decoded(frame, self._stamp(frame), lost, paused)
                    self.losses.at_end = lost = paused = False
        except MemoryError:  # which may be one of FFmpeg's errors
            raise
        except ERRORS as error:
            raise BrokenOffError(f"FFmpeg: {said(error)}") from error

    def _stamp(self, frame: av.AudioFrame) -> float | None:
        if self._times is not None and frame.pts is not None and 0 <= frame.pts < len(self._times):
            return float(self._times[frame.pts])  # packets are counted, so that the stamp is their number
        return frame.time

    def _is_pause(self, packet: av.Packet) -> bool:
        """Whether a packet that FFmpeg does not decode is none of sound; how far it reaches is noted."""
        types = _NO_SPEECH.get(self._stream.codec_context.codec.canonical_name)
        if types is None or not packet.size or bytes(packet)[0] >> 3 & 15 not in types:
            return False
        if packet.pts is not None and packet.duration:
            self.empty_until = float((packet.pts + packet.duration) * packet.time_base)
        return True


def with_following(frames: Iterator[Decoded]) -> Iterator[tuple[Decoded, Decoded | None]]:
    """Each with the one after it; the last of a stream that breaks off comes before the error does."""
    this = next(frames, None)
    while this is not None:
        try:
            following = next(frames, None)
        except BrokenOffError:
            yield this, None
            raise
        yield this, following
        this = following


def samples_of(frame: av.AudioFrame) -> np.ndarray:
    """The samples of a frame, float32 [n, channels], integers brought to [-1, 1) at their own level.

    Raises:
        BrokenOffError: samples of a type that PyAV cannot give out.
    """
    try:
        samples = frame.to_ndarray()
    except ERRORS as error:
        raise BrokenOffError(f"PyAV: {said(error)}") from error
    samples = samples.T if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels)
    kind = samples.dtype.str[1:]
    floats = samples.astype(np.float32)
    if kind == "u1":
        floats -= 128
    if kind in _FULL_SCALE:
        floats *= np.float32(1 / _FULL_SCALE[kind])
    return floats


def said(error: Exception) -> str:
    """FFmpeg's own words."""
    return getattr(error, "strerror", None) or str(error)
