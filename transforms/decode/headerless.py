"""Audio without a header, as telephone systems keep it: its name or a person says how it is written.

Given to FFmpeg without that, 11 s of A-law were taken for GSM and became 53 s of noise.  A reading that nobody named
is held against the sound that it gives: in the wrong coding speech becomes noise at full scale that never pauses.
Measured over eleven seconds of speech in six codings: the quietest tenth of the right reading lies 43 to 50 dB below
its loudest, of the wrong ones 0.4 to 11 dB, and these are at -1 to -12 dBFS throughout.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import soundfile

from schemas.raw import FIXED_RATES_HZ, UNSURE, Coding, extension_of
from schemas.reasons import Reason
from transforms.decode.ffmpeg import AvReader
from transforms.decode.format import DecodeError, Reader
from transforms.decode.libsndfile import SoundfileReader
from transforms.decode.stream import samples_of

_SUBTYPES = {
    "alaw": "ALAW", "mulaw": "ULAW", "vox": "VOX_ADPCM", "s8": "PCM_S8", "u8": "PCM_U8", "s16": "PCM_16",
    "s24": "PCM_24", "s32": "PCM_32", "f32": "FLOAT",
}  # fmt: skip
_FORMATS = {"g723": "g723_1"}
"""Names of FFmpeg's formats that are not those of the codings."""

_PIECE_BYTES = 66_000
"""Whole frames of all codings: 33 bytes are one of GSM, 10 of G.729, 24 of G.723.1."""
_PIECES = 4
_FRAME = 256
_LEAST_FRAMES = 16

_CANDIDATES = tuple(Coding(name, 8000) for name in ("alaw", "mulaw", "s16le", "s16be", "vox"))


def open_headerless(path: str, coding: Coding) -> Reader:
    """A reader of samples that are written so.

    Raises:
        DecodeError: those of :class:`SoundfileReader` and :class:`AvReader`.
    """
    if coding.name in FIXED_RATES_HZ:
        return AvReader(path, _FORMATS.get(coding.name, coding.name))
    return SoundfileReader(path, _options(coding))


def refuse_noise(path: str, coding: Coding, by: str) -> None:
    """Whether a reading that nobody named may be trusted.

    Args:
        by: who takes the file for that, in words.

    Raises:
        DecodeError: UNDECODABLE, with what to say instead.
    """
    pieces = _pieces(path)
    if _look(pieces, coding).is_noise:
        message = f"taken for {coding.name} {by}, it is nothing but noise at full scale: say what it is with --raw"
        raise DecodeError(Reason.UNDECODABLE, f"{message}, {_example(path, pieces)}")


def hint(path: str) -> str | None:
    """What to say of a file that no decoder knows if it is audio without a header; None where it is hardly that."""
    with suppress(OSError):
        pieces = _pieces(path)
        if (likely := _likely(pieces)) is not None:
            return f"it may be audio without a header: if it is, say so, as in --raw {_word(path, likely)}"
    return None


def _example(path: str, pieces: list[bytes]) -> str:
    likely = _likely(pieces)
    if likely is not None:
        return f"perhaps --raw {_word(path, likely)}"
    return f"as in --raw {_word(path, UNSURE.get(extension_of(path), 'alaw:8000'))}"


def _word(path: str, coding: Coding | str) -> str:
    extension = extension_of(path)
    return f"{extension}={coding}" if extension else str(coding)


def _likely(pieces: list[bytes]) -> Coding | None:
    looks = [(_look(pieces, coding), coding) for coding in _CANDIDATES]
    sounding = [(look.range_db, coding) for look, coding in looks if look.is_speech]
    return max(sounding, key=lambda one: one[0])[1] if sounding else None


@dataclass(frozen=True)
class _Look:
    """Levels of a reading.

    Attributes:
        quiet_dbfs: of the quietest tenth of its frames.
        range_db: from there to the loudest twentieth.
        flatness: of its spectrum, 0 to 1; white noise has 1, speech 0.05 to 0.35.
    """

    quiet_dbfs: float = -100.0
    range_db: float = 0.0
    flatness: float = 0.0

    @property
    def is_noise(self) -> bool:
        return self.quiet_dbfs > -20 and self.range_db < 15 and self.flatness > 0.3

    @property
    def is_speech(self) -> bool:
        return self.quiet_dbfs < -30 and self.range_db > 25 and self.flatness < 0.45


def _look(pieces: list[bytes], coding: Coding) -> _Look:
    samples = np.concatenate([np.zeros(0, np.float32), *(_decode(piece, coding) for piece in pieces)])
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    if len(frames) < _LEAST_FRAMES:
        return _Look()
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    quiet, loud = np.percentile(levels, (10, 95))
    spectrum = np.mean(np.abs(np.fft.rfft(frames * np.hanning(_FRAME).astype(np.float32))) ** 2, axis=0)[2:] + 1e-12
    return _Look(float(quiet), float(loud - quiet), float(np.exp(np.mean(np.log(spectrum))) / np.mean(spectrum)))


def _decode(piece: bytes, coding: Coding) -> np.ndarray:
    """Float32 [n] of some bytes, of the first channel; empty where they cannot be decoded."""
    if coding.name not in FIXED_RATES_HZ:
        with suppress(soundfile.SoundFileError):
            samples, _ = soundfile.read(io.BytesIO(piece), dtype="float32", always_2d=True, **_options(coding))
            return samples[:, 0]
        return np.zeros(0, np.float32)
    return np.concatenate([np.zeros(0, np.float32), *_frames(piece, _FORMATS.get(coding.name, coding.name))])


def _frames(piece: bytes, format: str) -> Iterator[np.ndarray]:
    with suppress(av.FFmpegError, ValueError), av.open(io.BytesIO(piece), "r", format=format) as container:
        for frame in container.decode(audio=0):
            yield samples_of(frame)[:, 0]


def _options(coding: Coding) -> dict[str, Any]:
    base = coding.name.removesuffix("le").removesuffix("be")
    ending = {"le": "LITTLE", "be": "BIG"}.get(coding.name[-2:], "FILE")
    return {
        "format": "RAW",
        "subtype": _SUBTYPES[base],
        "endian": ending,
        "samplerate": coding.rate_hz,
        "channels": coding.channels,
    }


def _pieces(path: str) -> list[bytes]:
    """Bytes from some places of a file, the whole of a short one."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size <= _PIECES * _PIECE_BYTES:
            return [file.read()]
        step = (size - _PIECE_BYTES) // (_PIECES - 1) // _PIECE_BYTES * _PIECE_BYTES
        return [os.pread(file.fileno(), _PIECE_BYTES, i * step) for i in range(_PIECES)]
