"""Tags that stand before, between and behind the frames of audio without being any: ID3, APE, Lyrics3."""

from __future__ import annotations

import os

ID3V1_BYTES, _ID3V1_MORE_BYTES = 128, 227
_APE_BYTES = 32
_LYRICS_BYTES = 5100
"""The longest of Lyrics3 in its first version, which states no length."""


def id3_end(descriptor: int, at: int) -> int:
    """Where the ID3v2 tags that begin at ``at`` end; ``at`` where none does.

    https://id3.org/id3v2.4.0-structure sections 3.1 and 6.2: seven bits of each byte of the size count.
    """
    while True:
        head = os.pread(descriptor, 10, at)
        if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or any(byte > 0x7F for byte in head[6:]):
            return at
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + size + (10 if head[5] & 0x10 else 0)


def tag_end(descriptor: int, at: int) -> int:
    """Where the tags of any kind that begin at ``at`` end; ``at`` where none does."""
    while True:
        head = os.pread(descriptor, _APE_BYTES, at)
        if (end := id3_end(descriptor, at)) > at:
            at = end
        elif head[:4] == b"TAG+":
            at += _ID3V1_MORE_BYTES
        elif head[:3] == b"TAG":
            at += ID3V1_BYTES
        elif head[:8] == b"APETAGEX" and len(head) == _APE_BYTES:
            stands_first = int.from_bytes(head[20:24], "little") & 1 << 29
            at += _APE_BYTES + (int.from_bytes(head[12:16], "little") if stands_first else 0)
        elif head[:11] == b"LYRICSBEGIN":
            found = os.pread(descriptor, 1 << 20, at)
            ends = [found.find(word) for word in (b"LYRICSEND", b"LYRICS200") if word in found]
            if not ends:
                return at
            at += min(ends) + 9
        elif (end := _headless_ape_end(descriptor, at)) > at:
            at = end
        else:
            return at


def _headless_ape_end(descriptor: int, at: int) -> int:
    """The first version of APE has a foot alone, which says how far back its tag begins."""
    found = os.pread(descriptor, 1 << 19, at)
    foot = found.find(b"APETAGEX")
    if 0 <= foot <= len(found) - _APE_BYTES:
        size = int.from_bytes(found[foot + 12 : foot + 16], "little")
        if foot + _APE_BYTES == size:
            return at + size
    return at


def tags_begin(descriptor: int, end: int) -> int:
    """Where the tags that end at ``end`` begin; ``end`` where none does."""
    while True:
        tail_at = max(0, end - _LYRICS_BYTES)
        tail = os.pread(descriptor, end - tail_at, tail_at)
        begin = end
        if tail[-ID3V1_BYTES:].startswith(b"TAG") and len(tail) >= ID3V1_BYTES:
            begin = end - ID3V1_BYTES
            if tail[-ID3V1_BYTES - _ID3V1_MORE_BYTES :].startswith(b"TAG+"):
                begin -= _ID3V1_MORE_BYTES
        elif tail[-_APE_BYTES:].startswith(b"APETAGEX"):
            size = int.from_bytes(tail[-20:-16], "little")
            has_head = int.from_bytes(tail[-12:-8], "little") & 1 << 31
            begin = end - size - (_APE_BYTES if has_head else 0)
        elif tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
            begin = end - 15 - int(tail[-15:-9])
        elif tail.endswith(b"LYRICSEND") and b"LYRICSBEGIN" in tail:
            begin = tail_at + tail.rindex(b"LYRICSBEGIN")
        elif tail[-10:-7] == b"3DI":
            size = tail[-4] << 21 | tail[-3] << 14 | tail[-2] << 7 | tail[-1]
            begin = end - 20 - size
        if not 0 <= begin < end:
            return end
        end = begin


_BLOCK_BYTES = 1 << 16


def zeros_end(descriptor: int, at: int, end: int) -> int:
    """Where zeros that begin at ``at`` end."""
    while at < end and (block := os.pread(descriptor, min(_BLOCK_BYTES, end - at), at)):
        left = len(block.lstrip(b"\0"))
        at += len(block) - left
        if left:
            break
    return at


def no_sound_end(descriptor: int, at: int, end: int) -> int:
    """Where tags and zeros that begin at ``at`` end."""
    while at < end and (behind := tag_end(descriptor, zeros_end(descriptor, at, end))) > at:
        at = behind
    return at
