"""The chunks in which recorders leave word: bext (EBU Tech 3285), LIST of INFO, and others as they stand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from transforms.decode.chunks import RIFF, W64, Chunk, Dialect, chunk_at
from transforms.decode.recorder_times import moment
from transforms.decode.recorder_words import text_of

MOST_CHUNKS = 1000
MOST_BYTES = {b"bext": 1 << 16, b"iXML": 1 << 18, b"LIST": 1 << 16, b"guan": 1 << 16, b"fmt ": 64}
"""What is read of each chunk at most."""

_FORMS = {b"RIFF": RIFF, b"RF64": RIFF, b"BW64": RIFF, b"riff": W64}
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Bext:
    """What a bext chunk says."""

    description: str = ""
    originator: str = ""
    moment: str | None = None
    timecode_ms: int | None = None


def chunks_of(descriptor: int) -> Mapping[bytes, bytes] | None:
    """The first chunk of each kind that is known here, by its id of four bytes; None of a file of another form."""
    head = os.pread(descriptor, 12, 0)
    dialect = _FORMS.get(head[:4])
    if dialect is None or (dialect is RIFF and head[8:] != b"WAVE"):
        return None
    size = os.fstat(descriptor).st_size
    found: dict[bytes, bytes] = {}
    at, data_bytes = dialect.heads, 0
    for _ in range(MOST_CHUNKS):
        chunk = chunk_at(descriptor, at, 0, dialect) if at < size else None
        if chunk is None:
            break
        id = chunk.id[:4]
        if id == b"ds64":
            data_bytes = int.from_bytes(os.pread(descriptor, 8, chunk.begin + 8), "little")
        if id in MOST_BYTES and (id not in found or (id == b"LIST" and not found[id].startswith(b"INFO"))):
            found[id] = os.pread(descriptor, min(chunk.size, MOST_BYTES[id]), chunk.begin)
        at = _behind(chunk, data_bytes, dialect)
    return found


def _behind(chunk: Chunk, data_bytes: int, dialect: Dialect) -> int:
    if chunk.id[:4] == b"data" and dialect is RIFF and chunk.size == 0xFFFF_FFFF:
        return chunk.begin + data_bytes + data_bytes % 2 if data_bytes else 1 << 62
    return max(chunk.next, chunk.begin)


def info_of(content: bytes) -> dict[str, str]:
    """The texts of a LIST of INFO by their ids of four letters."""
    found: dict[str, str] = {}
    at = 4
    while content.startswith(b"INFO") and at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        found.setdefault(content[at : at + 4].decode("latin-1"), text_of(content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def read_bext(content: bytes, rate_hz: int) -> Bext:
    """What the fixed part says; its zone is not known.

    Args:
        rate_hz: of the file, in whose samples the time reference is counted; 0 where it is not known.
    """
    if len(content) < 346:
        return Bext()
    samples = int.from_bytes(content[338:346], "little")
    timecode = round(1000 * samples / rate_hz) if rate_hz and samples else 0
    return Bext(
        description=text_of(content[:256]),
        originator=text_of(content[256:288]),
        moment=moment(f"{text_of(content[320:330])}T{text_of(content[330:338])}") or moment(text_of(content[320:330])),
        timecode_ms=timecode if 0 < timecode < 2 * _DAY_MS else None,
    )
