"""What kind of file begins at a place, told by its first bytes."""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import StrEnum

from transforms.decode.mpeg import follows_frame
from transforms.decode.places import places_of
from transforms.decode.tags import id3_end


class Kind(StrEnum):
    """The families of files whose end can be told, or that can stand behind another one."""

    CHUNKS = "chunks"
    AU = "au"
    AVI = "avi"
    MP4 = "mp4"
    ASF = "asf"
    MATROSKA = "matroska"
    OGG = "ogg"
    FLAC = "flac"
    TTA = "tta"
    WAVPACK = "wavpack"
    MONKEY = "monkey"
    MPEG = "mpeg"
    ADTS = "adts"
    AMR = "amr"
    TRANSPORT_STREAM = "transport stream"
    PROGRAM_STREAM = "program stream"


PACKET = 188
"""The bytes of a packet of a transport stream, which begins with a G."""
_PACKETS = 5

ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_RIFFS = (b"RIFF", b"RIFX", b"RF64", b"BW64")
EBML = b"\x1a\x45\xdf\xa3"


def kind_at(descriptor: int, at: int) -> Kind | None:
    """The kind of the file that begins at ``at``, behind tags that may stand before it."""
    head = os.pread(descriptor, 64, at)
    if head[:3] == b"ID3" and (end := id3_end(descriptor, at)) > at:
        at = end
        head = os.pread(descriptor, 64, at)
    match head[:4]:
        case b"RIFF" | b"RIFX" | b"RF64" | b"BW64" if head[8:12] == b"WAVE":
            return Kind.CHUNKS
        case b"RIFF" if head[8:12] == b"AVI ":
            return Kind.AVI
        case b"FORM" if head[8:12] in (b"AIFF", b"AIFC"):
            return Kind.CHUNKS
        case b"caff" if head[4:6] == b"\0\1" and head[8:12] == b"desc":
            return Kind.CHUNKS
        case b"riff" if head[:16] == _W64_RIFF:
            return Kind.CHUNKS
        case b".snd" if head[12:15] == b"\0\0\0" and head[20:22] == b"\0\0":
            return Kind.AU
        case b"0&\xb2u" if head[:16] == ASF_HEADER:
            return Kind.ASF
        case b"OggS" if head[4:5] == b"\0":
            return Kind.OGG
        case b"fLaC" if head[4] & 0x7F == 0 and head[5:8] == b"\0\0\x22":
            return Kind.FLAC
        case b"TTA1":
            return Kind.TTA
        case b"wvpk":
            return Kind.WAVPACK
        case b"MAC ":
            return Kind.MONKEY
        case b"#!AM" if head.startswith((b"#!AMR\n", b"#!AMR-WB\n", b"#!AMR_MC1.0", b"#!AMR-WB_MC1.0")):
            return Kind.AMR
    if head[:4] == b"\0\0\1\xba":
        return Kind.PROGRAM_STREAM
    if head[:1] == b"G" and all(os.pread(descriptor, 1, at + PACKET * n) == b"G" for n in range(1, _PACKETS)):
        return Kind.TRANSPORT_STREAM
    if head[:4] == EBML and (b"webm" in head or b"matroska" in head):
        return Kind.MATROSKA
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"):
        return Kind.MP4
    if head[:1] == b"\xff" and follows_frame(descriptor, at):
        return Kind.MPEG if head[1] & 6 else Kind.ADTS
    return None


FIRST_BYTES = {
    Kind.CHUNKS: (*_RIFFS, b"FORM", b"caff\0\1", _W64_RIFF),
    Kind.AU: (b".snd\0\0",),
    Kind.ASF: (ASF_HEADER,),
    Kind.MATROSKA: (EBML,),
    Kind.FLAC: (b"fLaC",),
    Kind.AMR: (b"#!AMR",),
    Kind.OGG: (b"OggS\0\2",),
    Kind.TTA: (b"TTA1",),
    Kind.WAVPACK: (b"wvpk",),
}
"""How the files of a kind may begin: what to look for where a header does not say how long its file is."""

_BLOCK_BYTES = 1 << 20


def find_file(descriptor: int, begin: int, end: int, kinds: Collection[Kind]) -> int:
    """Where between two places a file of one of these kinds begins; ``end`` where none does."""
    words = [word for kind in kinds for word in FIRST_BYTES[kind]]
    longest = max(len(word) for word in words)
    at = begin
    while at < end:
        block = os.pread(descriptor, min(_BLOCK_BYTES + longest, end - at), at)
        if not block:
            return end
        for place in sorted(at + place for word in words for place in places_of(word, block)):
            if kind_at(descriptor, place) in kinds:
                return place
        at += _BLOCK_BYTES
    return end
