"""What a file consists of: itself, as a rule; or several files in one, or samples that its header does not know of."""

from __future__ import annotations

import os
from collections.abc import Callable

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
from transforms.decode.mpeg import measure_mpeg
from transforms.decode.ogg_links import measure_ogg
from transforms.decode.samples import is_padding, measure_au, measure_chunks
from transforms.decode.tags import tag_end, tags_begin


def _measure_mpeg(path: str, descriptor: int, begin: int, size: int) -> Measured:
    return measure_mpeg(path, descriptor, begin, size, lambda at: kind_at(descriptor, at) not in (None, Kind.MPEG))


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
    Kind.MPEG: _measure_mpeg,
    Kind.AMR: measure_amr,
    Kind.TRANSPORT_STREAM: measure_transport_stream,
    Kind.PROGRAM_STREAM: measure_program_stream,
}

_LEAST_BYTES = 4096
"""Fewer bytes that are left over at the end are taken for a tag of a kind that is not known here."""


def find_parts(path: str) -> tuple[Kind | None, tuple[Part, ...]]:
    """The kind of a file, and its parts in their order; none where the file is to be opened as it stands.

    Raises:
        DecodeError: those of :func:`transforms.decode.format.open_descriptor`.
    """
    descriptor = open_descriptor(path)
    try:
        kind = kind_at(descriptor, 0)
        return kind, tuple(_parts(path, descriptor, os.fstat(descriptor).st_size, kind)) if kind else ()
    finally:
        os.close(descriptor)


def _parts(path: str, descriptor: int, size: int, kind: Kind) -> list[Part]:
    parts: list[Part] = []
    at, as_it_stands = 0, True
    next_kind: Kind | None = kind
    while next_kind is not None:
        measured = _MEASURES[next_kind](path, descriptor, at, size)
        end = max(measured.end, at + 1)
        as_it_stands = as_it_stands and measured.parts is None
        parts += measured.parts if measured.parts is not None else (Extent(path, ((at, end),)),)
        at = end
        next_kind = kind_at(descriptor, at) if at < size else None
        if next_kind is None and (behind := tag_end(descriptor, at)) > at:
            at = behind
            next_kind = kind_at(descriptor, at) if at < size else None
    left = tags_begin(descriptor, size) - at if at < size else 0
    if left >= _LEAST_BYTES and not is_padding(descriptor, at, size):
        parts.append(Unheard(at, left))
    return [] if as_it_stands and len(parts) == 1 else parts
