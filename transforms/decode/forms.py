"""The form of samples that lie in a file one behind the other, and a header for any number of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from transforms.decode.chunks import AIFF, CAF, RIFX, W64, W64_TAIL, Dialect

_RIFF_KINDS = {1: "pcm", 2: "ms adpcm", 3: "float", 6: "a-law", 7: "mu-law", 0x11: "ima adpcm", 0x31: "gsm"}
"""Formats whose blocks are of one size and lean on no table: what lies behind the stated end can be read on."""

_EXTENSIBLE = 0xFFFE

_AIFC_BYTES = {b"ulaw": 1, b"ULAW": 1, b"alaw": 1, b"ALAW": 1}
_AIFC_PCM = {
    b"NONE", b"twos", b"sowt", b"raw ", b"in24", b"in32", b"42ni", b"23ni", b"fl32", b"FL32", b"fl64", b"FL64",
}  # fmt: skip
_AU_BYTES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}
"""Of a sample, by Sun's number of the encoding."""

_CAF_PLAIN = (b"lpcm", b"alaw", b"ulaw")

PIECE_BYTES = 1 << 30
"""The most samples behind one header: the sizes of most formats have 32 bits."""


@dataclass(frozen=True)
class Form:
    """How samples lie in a file.

    Attributes:
        frame_bytes: of the shortest piece that can be decoded by itself: a sample of each channel, or a block.
        head: a header for so many bytes of samples.
    """

    frame_bytes: int
    head: Callable[[int], bytes]


def read_form(magic: bytes, dialect: Dialect, said: bytes) -> Form | None:
    """The form that a chunk of it states; None where bytes beyond the stated end cannot be taken for samples.

    Args:
        magic: the first bytes of the file, up to its first chunk.
        said: the bytes of the chunk.
    """
    if dialect is AIFF:
        return _aiff(magic, said)
    if dialect is CAF:
        return _caf(magic, said)
    return _riff(magic, dialect, said)


def _riff(magic: bytes, dialect: Dialect, said: bytes) -> Form | None:
    if len(said) < 16:
        return None
    order = ">" if dialect is RIFX else "<"
    kind, channels, _, _, frame_bytes, bits = struct.unpack(order + "HHIIHH", said[:16])
    if kind == _EXTENSIBLE and len(said) >= 26:
        (kind,) = struct.unpack(order + "H", said[24:26])
    frame_bytes = frame_bytes or channels * (bits + 7) // 8
    if kind not in _RIFF_KINDS or not frame_bytes:
        return None

    def riff(size: int) -> bytes:
        form = b"fmt " + struct.pack(order + "I", len(said)) + said + bytes(len(said) % 2)
        if magic[:4] in (b"RF64", b"BW64"):
            wide = struct.pack("<QQQI", 72 + len(form) + size, size, size // frame_bytes, 0)
            return b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<I", 28) + wide + form + b"data\xff\xff\xff\xff"
        whole = struct.pack(order + "I", 12 + len(form) + size)
        return magic[:4] + whole + b"WAVE" + form + b"data" + struct.pack(order + "I", size)

    def w64(size: int) -> bytes:
        form = b"fmt " + W64_TAIL + struct.pack("<Q", 24 + len(said)) + said + bytes(-len(said) % 8)
        whole = struct.pack("<Q", 64 + len(form) + size)
        return magic[:16] + whole + magic[24:40] + form + b"data" + W64_TAIL + struct.pack("<Q", 24 + size)

    return Form(frame_bytes, w64 if dialect is W64 else riff)


def _aiff(magic: bytes, said: bytes) -> Form | None:
    if len(said) < 18:
        return None
    channels, _, bits = struct.unpack(">hIh", said[:8])
    coding = said[18:22] if magic[8:12] == b"AIFC" else b"NONE"
    if coding not in _AIFC_PCM and coding not in _AIFC_BYTES:
        return None
    frame_bytes = channels * _AIFC_BYTES.get(coding, (bits + 7) // 8)
    if frame_bytes < 1:
        return None

    def head(size: int) -> bytes:
        form = said[:2] + struct.pack(">I", size // frame_bytes) + said[6:]
        form = b"COMM" + struct.pack(">I", len(said)) + form + bytes(len(said) % 2)
        version = b"FVER" + struct.pack(">II", 4, 0xA2805140) if magic[8:12] == b"AIFC" else b""
        whole = 4 + len(version) + len(form) + 16 + size
        samples = b"SSND" + struct.pack(">III", 8 + size, 0, 0)
        return b"FORM" + struct.pack(">I", whole) + magic[8:12] + version + form + samples

    return Form(frame_bytes, head)


def _caf(magic: bytes, said: bytes) -> Form | None:
    if len(said) < 32 or said[8:12] not in _CAF_PLAIN:
        return None
    packet_bytes, packet_frames = struct.unpack(">II", said[16:24])
    if not packet_bytes or packet_frames != 1:
        return None

    def head(size: int) -> bytes:
        form = b"desc" + struct.pack(">Q", len(said)) + said
        return magic[:8] + form + b"data" + struct.pack(">QI", 4 + size, 0)

    return Form(packet_bytes, head)


def au_form(magic: bytes) -> Form | None:
    """The form that the first 24 bytes of an AU file state."""
    _, _, _, coding, _, channels = struct.unpack(">4sIIIII", magic)
    if coding not in _AU_BYTES or not 0 < channels < 1024:
        return None
    return Form(channels * _AU_BYTES[coding], lambda size: magic[:4] + struct.pack(">II", 24, size) + magic[12:24])
