"""Decoding through libsndfile: exact and fast for wav, flac, aiff, mp3 and the like."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import soundfile

from schemas.mixes import W
from schemas.reasons import Reason
from transforms.decode.extent import Extent, ExtentFile
from transforms.decode.format import (
    HEADER_SLACK_S,
    BrokenOffError,
    DecodeError,
    Format,
    Losses,
    check_format,
    open_descriptor,
)
from transforms.decode.tags import id3_end
from transforms.decode.timeline import ON_TIME

_CODECS = {
    "PCM_S8": "pcm_s8", "PCM_U8": "pcm_u8", "PCM_16": "pcm_s16", "PCM_24": "pcm_s24",
    "PCM_32": "pcm_s32", "FLOAT": "pcm_f32", "DOUBLE": "pcm_f64", "ULAW": "pcm_mulaw",
    "ALAW": "pcm_alaw", "VOX_ADPCM": "adpcm_vox",
    "MPEG_LAYER_I": "mp1", "MPEG_LAYER_II": "mp2", "MPEG_LAYER_III": "mp3",
}  # fmt: skip
"""libsndfile's names of sample formats in FFmpeg's words; others are only put in small letters."""

_UNKNOWN_FRAMES = 2**62
"""libsndfile gives about 2^63 for streams whose length it cannot tell."""

_CUT_CHUNK = re.compile(r"^ *(?:data|SSND|Data Size) *: (\d+) \(should be (\d+)\)", re.MULTILINE)
"""How libsndfile's log tells that the file ends inside the chunk of samples: promised and present bytes."""

_LAYOUT = re.compile(r"^ *(?:Channel Mask|Layout) *: .*\(([^()]+)\)", re.MULTILINE)
"""How libsndfile's log tells what channels are called: ``(L, R, C, LFE, Ls, Rs)``."""

_OF_AMBISONICS = "(Ambisonic B)"
_AMBISONIC_REST = ("X", "Y", "Z")

_FLAC_LAYOUTS = {
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
"""RFC 9639, section 9.1.3."""

_PLACEHOLDER_BYTES = 0x7F00_0000
"""Programs that write to a pipe state sizes from about here on, as they do not know better."""

_TAG_BYTES = 4096
"""Tags may stand behind the audio (ID3v1 is 128 bytes); more than this is taken for audio."""

_LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")


class _Onwards(soundfile.SoundFile):
    """A file that is only read onwards.

    soundfile seeks after each read, to where it stands.  In MPEG that forgets what the next frame
    takes from the frames before it: wrong samples at the seams of blocks, up to half of full scale.
    """

    def seekable(self) -> bool:
        return False


class SoundfileReader:
    """A file that libsndfile opens and of which it can read the first frame.

    See :class:`transforms.decode.format.Reader`.

    Args:
        raw: how a file without a header is written, in the words of soundfile.

    Raises:
        DecodeError: those of ``open_descriptor`` and ``check_format``; UNDECODABLE, ZERO_SAMPLES.
    """

    def __init__(self, source: str | Extent, raw: Mapping[str, Any] | None = None) -> None:
        self.losses = Losses()
        self.timing = ON_TIME
        self._begin = source.begin if isinstance(source, Extent) else 0
        self._source = ExtentFile(source) if isinstance(source, Extent) else io.FileIO(open_descriptor(source))
        read = self._source if isinstance(source, Extent) else self._source.fileno()  # which asks Python for nothing
        try:
            self._file = _Onwards(read, closefd=False, **(raw or {}))
        except soundfile.SoundFileError as error:
            self._source.close()
            raise DecodeError(Reason.UNDECODABLE, f"libsndfile: {_said(error)}") from error
        try:
            self.format = check_format(self._read_format())
            self.least_frames = self._promised_frames()
            self._try_first_frame()
        except BaseException:
            self.close()
            raise

    def _read_format(self) -> Format:
        file = self._file
        known = 0 < file.frames < _UNKNOWN_FRAMES and file.samplerate > 0
        return Format(
            container=file.format.lower(),
            codec="flac" if file.format == "FLAC" else _CODECS.get(file.subtype, file.subtype.lower()),
            sample_rate_hz=file.samplerate,
            channels=file.channels,
            seconds=file.frames / file.samplerate if known else None,
            layout=self._layout(),
        )

    def _layout(self) -> tuple[str, ...]:
        """What the channels are called: by the log of WAV, W64, AIFF and CAF, by the rule of FLAC."""
        file = self._file
        if _OF_AMBISONICS in file.extra_info:
            return (W, *_AMBISONIC_REST)[: file.channels]
        if file.format == "FLAC":
            return _FLAC_LAYOUTS.get(file.channels, ())
        found = _LAYOUT.search(file.extra_info)
        names = tuple(name.strip() for name in found[1].split(",")) if found else ()
        return names if len(names) == file.channels else ()

    def _promised_frames(self) -> int | None:
        """libsndfile cuts what the header promises down to what the file holds: ask its log."""
        frames = self._file.frames
        if frames >= _UNKNOWN_FRAMES or (self.format.container == "mp3" and not self._mpeg_length_stated()):
            return None
        if self.format.codec in ("mp1", "mp2", "mp3"):
            return frames - int(HEADER_SLACK_S * self.format.sample_rate_hz)
        cut = _CUT_CHUNK.search(self._file.extra_info)
        if cut is None:
            return frames
        promised, present = map(int, cut.groups())
        return frames * promised // present if present > 0 and promised < _PLACEHOLDER_BYTES else frames

    def _mpeg_length_stated(self) -> bool:
        """Whether the first MPEG frame says how many follow; else libsndfile guesses by the bit rate."""
        descriptor = self._source.fileno()
        first = os.pread(descriptor, 4096, id3_end(descriptor, self._begin))
        return any(tag in first for tag in _LENGTH_TAGS)

    def _try_first_frame(self) -> None:
        if self.format.codec == "adpcm_vox":  # of which libsndfile cannot go back
            if not self._file.frames:
                raise DecodeError(Reason.ZERO_SAMPLES, "the audio holds no samples")
            return
        try:
            empty = not len(self._file.read(1))
            self._file.seek(0)
        except soundfile.SoundFileError as error:
            raise DecodeError(Reason.UNDECODABLE, f"libsndfile: {_said(error)}") from error
        if empty:
            raise DecodeError(Reason.ZERO_SAMPLES, "the audio holds no samples")

    def blocks(self, frames: int) -> Iterator[np.ndarray]:
        left = self._file.frames  # asked for more, libsndfile reads on and throws it away
        try:
            while len(block := self._file.read(min(frames, left), dtype="float32", always_2d=True)):
                left -= len(block)
                yield block
        except soundfile.SoundFileError as error:
            raise BrokenOffError(f"libsndfile: {_said(error)}") from error

    def stopped_early(self) -> bool:
        """MPEG without a length, and FLAC with a wrong one, are read only as far as the guess goes."""
        if self.format.container not in ("mp3", "flac"):
            return False
        at = self._source.tell()
        return self._source.seek(0, os.SEEK_END) - at > _TAG_BYTES

    def close(self) -> None:
        self._file.close()
        self._source.close()


def _said(error: soundfile.SoundFileError) -> str:
    return getattr(error, "error_string", "") or str(error) or "unspecified error"
