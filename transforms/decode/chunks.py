"""Files that are lists of chunks: RIFF, RF64, W64, AIFF and CAF.  A chunk is an id, a size and so many bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from transforms.decode.places import places_of

W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
"""What the 16 bytes of an id in Sony's Wave64 end with; the first four are those of RIFF."""

_RIFF_IDS = b"""fmt  fact data LIST cue  plst smpl inst bext iXML axml aXML qlty levl link umid cart chna dbmd ubxt sxml
JUNK junk PAD  FLLR Fake id3  ID3  _PMX afsp DISP PEAK acid strc Cr8r ResU SNDM ovwf note ltxt labl MARK minf elm1
regn umid DGDA SyLp AFAn MetS clm  slnt wavl RLND ds64 r64m bxml""".replace(b"\n", b" ")
_AIFF_IDS = b"""COMM SSND MARK INST MIDI AESD APPL COMT NAME AUTH (c)  ANNO FVER SAXL ID3  CHAN PEAK basc trns cate LGWV
bext iXML JUNK PAD  FLLR""".replace(b"\n", b" ")
_CAF_IDS = b"desc data pakt chan kuki strg mark regn inst midi ovvw peak edct info umid uuid free magc".split()


def _fours(ids: bytes) -> frozenset[bytes]:
    return frozenset(ids[at : at + 4] for at in range(0, len(ids), 5))


@dataclass(frozen=True)
class Dialect:
    """How chunks are written.

    Attributes:
        heads: where the first chunk stands behind the beginning of the file.
        size_bytes, order: of a size.
        align: chunks begin at multiples of it, counted from the beginning of the file.
        counts_head: whether a size counts the id and itself.
        known: ids of chunks that are written; others are believed where they lead to the end of the file.
        form, data: the ids of the chunk that states the form of the samples, and of the samples.
        data_skips: bytes of the chunk before its samples.
    """

    heads: int
    size_bytes: Literal[4, 8]
    order: Literal["little", "big"]
    align: int
    counts_head: bool
    known: frozenset[bytes]
    form: bytes
    data: bytes
    data_skips: int = 0

    @property
    def head_bytes(self) -> int:
        return (16 if self.counts_head else 4) + self.size_bytes


RIFF = Dialect(12, 4, "little", 2, False, _fours(_RIFF_IDS), b"fmt ", b"data")
RIFX = Dialect(12, 4, "big", 2, False, _fours(_RIFF_IDS), b"fmt ", b"data")
W64 = Dialect(40, 8, "little", 8, True, frozenset(), b"fmt " + W64_TAIL, b"data" + W64_TAIL)
AIFF = Dialect(12, 4, "big", 2, False, _fours(_AIFF_IDS), b"COMM", b"SSND", 8)
CAF = Dialect(8, 8, "big", 1, False, frozenset(_CAF_IDS), b"desc", b"data", 4)


@dataclass(frozen=True)
class Chunk:
    """One chunk.

    Attributes:
        id: 4 bytes, in W64 16.
        begin: where its bytes begin, behind id and size.
        size: how many bytes it states to have; headers lie.
        next: where the next chunk begins, if this one is of the size that it states.
    """

    id: bytes
    begin: int
    size: int
    next: int


def chunk_at(descriptor: int, at: int, origin: int, dialect: Dialect) -> Chunk | None:
    """What stands at ``at``, if its id may be one."""
    head = os.pread(descriptor, dialect.head_bytes, at)
    if len(head) < dialect.head_bytes:
        return None
    id, size = head[: -dialect.size_bytes], int.from_bytes(head[-dialect.size_bytes :], dialect.order)
    if dialect.counts_head:
        if not id.endswith(W64_TAIL):
            return None
        size = max(0, size - dialect.head_bytes)
    elif not all(0x20 <= byte < 0x7F for byte in id):
        return None
    begin = at + dialect.head_bytes
    end = begin + size
    return Chunk(id, begin, size, end + (origin - end) % dialect.align)


def is_known(chunk: Chunk, dialect: Dialect) -> bool:
    """Whether programs write chunks of this id."""
    return chunk.id in dialect.known or chunk.id.endswith(W64_TAIL)


def leads_to(descriptor: int, at: int, origin: int, dialect: Dialect, end: int) -> bool:
    """Whether chunks follow each other from ``at`` on up to ``end``, give or take the last one's padding."""
    while at < end:
        chunk = chunk_at(descriptor, at, origin, dialect)
        if chunk is None or chunk.begin + chunk.size > end:
            return False
        at = chunk.next
    return True


_TAIL_BYTES = 1 << 20


def trailing_chunks(descriptor: int, begin: int, end: int, origin: int, dialect: Dialect) -> int:
    """Where the chunks that end at ``end`` begin; ``end`` where none does.  A megabyte is looked through."""
    tail_at = max(begin, end - _TAIL_BYTES)
    tail = os.pread(descriptor, end - tail_at, tail_at)
    ids = dialect.known or {W64_TAIL}
    for at in sorted(at for id in ids for at in places_of(id, tail)):
        at -= 4 if dialect.counts_head else 0
        if at >= 0 and leads_to(descriptor, tail_at + at, origin, dialect, end):
            return tail_at + at
    return end
