"""A track that can be heard: screen recorders and video calls write silent ones beside those in which people speak."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace

import numpy as np

from schemas.notes import Note
from schemas.tracks import ALL, DEFAULT, FIRST
from transforms.decode.asked import Asked
from transforms.decode.extent import Extent
from transforms.decode.ffmpeg import AvReader, open_container
from transforms.decode.format import BrokenOffError, DecodeError

SILENT = 10 ** (-60 / 20)
"""Whose loudest sample lies below is silent: a coder makes -90 dBFS of digital silence, a room has more."""

_FRAMES = 65_536
"""How many frames are looked at in a row."""


def open_track(source: str | Extent, asked: Asked) -> AvReader:
    """The track that is asked for; by default that of players, or the first that is not silent where that one is.

    Only a file with several tracks is listened to, and no further than to the first sound.

    Raises:
        DecodeError: those of :class:`AvReader`.
    """
    if asked.tracks == ALL:
        return _first_that_opens(source)
    reader = AvReader(source, tracks=asked.tracks)
    if asked.listens and asked.tracks == DEFAULT and len(reader.format.tracks) > 1:
        return _another_if_silent(source, reader)
    return reader


def _first_that_opens(source: str | Extent) -> AvReader:
    """Where all tracks are heard, one that is broken takes none of the others with it."""
    try:
        return AvReader(source, tracks=FIRST)
    except DecodeError as error:
        refused = error
    with suppress(DecodeError), closing(open_container(source)) as container:
        count = len(container.streams.audio)
        for number in range(1, count + 1 if count > 1 else 0):
            with suppress(DecodeError):
                return AvReader(source, tracks=str(number))
    raise refused


def _another_if_silent(source: str | Extent, reader: AvReader) -> AvReader:
    of_players, count = reader.format.track, len(reader.format.tracks)
    for number in (of_players, *(n for n in range(1, count + 1) if n != of_players)):
        with suppress(DecodeError), closing(AvReader(source, tracks=str(number))) as heard:
            if not _is_silent(heard):
                break
    else:
        return reader
    if number == of_players:
        return reader
    reader.close()
    other = AvReader(source, tracks=str(number))
    other.format = replace(other.format, notes=(*other.format.notes, Note.OTHER_TRACK))
    return other


def _is_silent(reader: AvReader) -> bool:
    with suppress(BrokenOffError):
        return not any(np.abs(block).max() > SILENT for block in reader.blocks(_FRAMES))
    return True
