"""Which decoder opens a file: libsndfile or FFmpeg by its content, else by its name or what a person said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from schemas.notes import Note
from schemas.raw import NAMELESS, UNSURE, Coding, extension_of
from schemas.reasons import Reason
from transforms.decode.asked import Asked
from transforms.decode.audible import open_track
from transforms.decode.extent import Extent, ExtentFile
from transforms.decode.format import DecodeError, Reader, open_descriptor
from transforms.decode.headerless import hint, open_headerless, refuse_noise
from transforms.decode.kinds import Kind
from transforms.decode.libsndfile import SoundfileReader
from transforms.decode.parts import Found, find_parts
from transforms.decode.signatures import HEAD_BYTES, has_header, no_recording, text_of

GUESSED = Coding("gsm", 8000)
"""The format without a header that FFmpeg guesses by the bytes: each frame of GSM begins with the same four bits."""


def open_reader(path: str, asked: Asked) -> Reader:
    """A reader of a file of any format; whoever opens one has to close it.

    Raises:
        DecodeError: see :func:`transforms.decode.audio.open_audio`.
    """
    descriptor = open_descriptor(path)
    with open(descriptor, "rb") as file:
        head = file.read(HEAD_BYTES)
    if (what := no_recording(head)) is not None:
        raise DecodeError(Reason.UNDECODABLE, what)
    coding = asked.raw.of(path)
    if coding is None or has_header(head):
        return _open_by_content(path, head, asked)
    if asked.raw.said_of(path) is None:
        try:
            refuse_noise(path, coding, "after its extension")
        except DecodeError as error:
            return _open_synchronised(path, head, asked, error)
    reader = open_headerless(path, coding)
    if asked.raw.said_of(path) is None and extension_of(path) in UNSURE:
        reader.format = replace(reader.format, notes=(*reader.format.notes, Note.RATE_ASSUMED))
    return reader


def parts_of(path: str, asked: Asked) -> Found:
    """What a file consists of, if its name or a person does not say that it has no header.

    Raises:
        DecodeError: those of :func:`transforms.decode.format.open_descriptor`.
    """
    found = find_parts(path)
    return Found(None) if found.kind in (Kind.MPEG, Kind.ADTS) and asked.raw.of(path) is not None else found


def open_part(part: Extent, asked: Asked) -> Reader:
    """As :func:`open_reader`, of a part of a file."""
    with ExtentFile(part) as file:
        head = file.read(4)
    reader = _open_either(part, head, (), asked)
    if not part.promises:
        reader.least_frames = None
    return reader


def _open_either(source: str | Extent, head: bytes, words: Iterable[str], asked: Asked) -> Reader:
    ffmpeg = partial(open_track, asked=asked)
    first, second = (ffmpeg, SoundfileReader) if head.startswith(b"OggS") else (SoundfileReader, ffmpeg)
    try:
        return first(source)
    except DecodeError as error:
        earlier = error
    try:
        return second(source)
    except DecodeError as error:
        if error.reason is not Reason.UNDECODABLE:
            raise
        if earlier.reason is not Reason.UNDECODABLE:  # "no decoder could open it" says the least
            raise earlier from None
        raise DecodeError(Reason.UNDECODABLE, "; ".join([*words, str(earlier), str(error)])) from None


def _open_by_content(path: str, head: bytes, asked: Asked) -> Reader:
    reader = _open_either(path, head, _in_words(path, head), asked)
    if reader.format.container == GUESSED.name:
        try:
            refuse_noise(path, GUESSED, "by FFmpeg")
        except DecodeError:
            reader.close()
            raise
    return reader


def _open_synchronised(path: str, head: bytes, asked: Asked, noise: DecodeError) -> Reader:
    """MPEG and the like have a header in every frame, which no extension of raw audio can hide."""
    try:
        reader = _open_by_content(path, head, asked)
    except DecodeError:
        raise noise from None
    return reader


def _in_words(path: str, head: bytes) -> Iterator[str]:
    if not has_header(head) and text_of(head) is not None:
        yield "it holds text, no sound"
    elif extension_of(path) in NAMELESS and (raw := hint(path)) is not None:
        yield raw
