"""The audio tracks of a file, and which of them is heard."""

from __future__ import annotations

from collections.abc import Sequence

import av
from av.stream import Disposition

from schemas.reasons import Reason
from schemas.tracks import DEFAULT, FIRST, Track, number_of
from transforms.decode.format import DecodeError

_OF_ALL = frozenset({"SoundHandler", "SoundHandle", "Core Media Audio", "Sound Media Handler", "GPAC ISO Audio"})
"""What programs call every track."""


def track_of(stream: av.AudioStream) -> Track:
    """What the header says of a stream."""
    said = {key.lower(): value.strip() for key, value in stream.metadata.items()}
    language = said.get("language") or None
    title = said.get("title") or said.get("handler_name") or None
    known = stream.codec_context is not None
    return Track(
        language=None if language in ("und", "unk") else language,
        title=None if title in _OF_ALL else title,
        is_default=bool(stream.disposition & Disposition.default),
        channels=(stream.channels or None) if known else None,
    )


def choose(streams: Sequence[av.AudioStream], word: str = DEFAULT, id: int | None = None) -> int:
    """The number of the stream that is heard, from 0.

    ``default`` is the first that is marked so, else the first.  A number beyond the last and a language that no track
    has fall back on that.  Only streams that FFmpeg has a decoder for are taken, unless they are numbered.

    Args:
        word: of ``--tracks``.
        id: by which the container numbers the stream that is wanted, whatever the word is.

    Raises:
        DecodeError: NO_AUDIO, UNDECODABLE.
    """
    of_id = [number for number, stream in enumerate(streams) if stream.id == id]
    if id is not None and of_id and streams[of_id[0]].codec_context is not None:
        return of_id[0]
    if not streams:
        raise DecodeError(Reason.NO_AUDIO, "the file holds no audio stream")
    known = [number for number, stream in enumerate(streams) if stream.codec_context is not None]
    asked = number_of(word)
    if asked is not None and asked <= len(streams):
        known = [number for number in known if number == asked - 1]
    if not known:
        raise DecodeError(Reason.UNDECODABLE, "FFmpeg: no decoder for the audio stream")
    if word == FIRST:
        return known[0]
    spoken = [number for number in known if is_in(track_of(streams[number]), word)]
    marked = [number for number in known if streams[number].disposition & Disposition.default]
    return (spoken or marked or known)[0]


def is_in(track: Track, word: str) -> bool:
    """Whether a track is in the language that is meant: ``en-US`` is in ``en``."""
    if track.language is None:
        return False
    written = track.language.lower()
    return written == word or written.split("-")[0] == word
