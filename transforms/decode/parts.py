"""What a file consists of: itself, as a rule; or several files in one, or samples that its header does not know of."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from transforms.decode.broadcast import measure_program_stream, measure_transport_stream
from transforms.decode.ends import (
    measure_amr,
    measure_asf,
    measure_avi,
    measure_matroska,
    measure_monkey,
    measure_mp4,
    measure_tta,
    measure_wavpack,
)
from transforms.decode.extent import Extent, Measured, Part, Unheard
from transforms.decode.flac import measure_flac
from transforms.decode.format import open_descriptor
from transforms.decode.kinds import Kind, kind_at
from transforms.decode.mpeg import measure_frames
from transforms.decode.ogg_links import measure_ogg
from transforms.decode.samples import measure_au, measure_chunks
from transforms.decode.tags import id3_end, no_sound_end, tags_begin, zeros_end


def _measure_frames(path: str, descriptor: int, begin: int, size: int) -> Measured:
    own = (None, Kind.MPEG, Kind.ADTS)
    return measure_frames(path, descriptor, begin, size, lambda at: kind_at(descriptor, at) not in own)


_MEASURES: dict[Kind, Callable[[str, int, int, int], Measured]] = {
    Kind.CHUNKS: measure_chunks,
    Kind.AU: measure_au,
    Kind.AVI: measure_avi,
    Kind.MP4: measure_mp4,
    Kind.ASF: measure_asf,
    Kind.MATROSKA: measure_matroska,
    Kind.OGG: measure_ogg,
    Kind.FLAC: measure_flac,
    Kind.TTA: measure_tta,
    Kind.WAVPACK: measure_wavpack,
    Kind.MONKEY: measure_monkey,
    Kind.MPEG: _measure_frames,
    Kind.ADTS: _measure_frames,
    Kind.AMR: measure_amr,
    Kind.TRANSPORT_STREAM: measure_transport_stream,
    Kind.PROGRAM_STREAM: measure_program_stream,
}

_LEAST_BYTES = 4096
"""Fewer bytes that are left over at the end are taken for a tag of a kind that is not known here."""


@dataclass(frozen=True)
class Found:
    """What a file consists of.

    Attributes:
        kind: of the file that begins it.
        parts: in their order; none where it is to be opened as it stands.
        is_whole: as in Measured.
    """

    kind: Kind | None
    parts: tuple[Part, ...] = ()
    is_whole: bool = False


def find_parts(path: str) -> Found:
    """Look at the headers of a file, and at as much more as they leave open.

    Raises:
        DecodeError: those of :func:`transforms.decode.format.open_descriptor`.
    """
    descriptor = open_descriptor(path)
    try:
        kind = kind_at(descriptor, 0)
        return _found(path, descriptor, os.fstat(descriptor).st_size, kind) if kind else Found(None)
    finally:
        os.close(descriptor)


def _found(path: str, descriptor: int, size: int, kind: Kind) -> Found:
    parts: list[Part] = []
    at, as_it_stands, has_zeros = 0, True, False
    next_kind: Kind | None = kind
    while next_kind is not None:
        begin = id3_end(descriptor, at)
        measured = _MEASURES[next_kind](path, descriptor, begin, size)
        end = max(measured.end, begin + 1)
        as_it_stands = as_it_stands and measured.parts is None
        as_is = (Extent(path, ((begin if parts else 0, end),)),)
        parts += measured.parts if measured.parts is not None else as_is
        at = end
        next_kind = kind_at(descriptor, at) if at < size else None
        if next_kind is None and (behind := no_sound_end(descriptor, at, size)) > at:
            has_zeros = has_zeros or zeros_end(descriptor, at, size) > at + _LEAST_BYTES
            at = next((place for place in range(max(at, behind - 3), behind) if kind_at(descriptor, place)), behind)
            next_kind = kind_at(descriptor, at) if at < size else None  # the sizes of boxes begin with zeros
    left = tags_begin(descriptor, size) - at if at < size else 0
    if left >= _LEAST_BYTES:
        parts.append(Unheard(at, left))
    if as_it_stands and len(parts) == 1 and not has_zeros:  # which FFmpeg would look through
        return Found(kind, is_whole=measured.is_whole)
    return Found(kind, tuple(parts))
