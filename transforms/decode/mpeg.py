"""The frames of MPEG audio (MP1, MP2, MP3, and AAC in ADTS), and what stands between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache

from transforms.decode.extent import Extent, Measured
from transforms.decode.places import places_of
from transforms.decode.tags import ID3V1_BYTES, id3_end, no_sound_end, tag_end, tags_begin

_KBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By version (2 is 2 and 2.5) and layer, for the index from 1 on; layer 3 of version 2 is as layer 2."""
_RATES = (44_100, 48_000, 32_000)

SLACK_BYTES = 4096
"""What an Xing frame may state more or less than there is: encoders count tags, and what they padded."""


@cache
def _sizes() -> tuple[int, ...]:
    """The bytes of a frame by the second and third byte of its header; 0 where no frame begins so."""
    return tuple(_size(second, third) for second in range(256) for third in range(256))


def _size(second: int, third: int) -> int:
    version, layer = (second >> 3) & 3, 4 - ((second >> 1) & 3)
    index, rate = third >> 4, (third >> 2) & 3
    if second >> 5 != 7 or version == 1 or layer == 4 or index in (0, 15) or rate == 3:
        return 0
    main = 1 if version == 3 else 2
    bits = 1000 * _KBITS[main, min(layer, 2) if main == 2 else layer][index - 1]
    hz = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    padding = (third >> 1) & 1
    if layer == 1:
        return 4 * (12 * bits // hz + padding)
    return (72 if layer == 3 and main == 2 else 144) * bits // hz + padding


def frame_bytes(head: bytes) -> int:
    """Of the frame that begins with these six bytes; 0 where none does."""
    if len(head) < 6 or head[0] != 0xFF:
        return 0
    if head[1] & 0xF6 == 0xF0:
        return _adts_bytes(head, 0)
    return _sizes()[head[1] << 8 | head[2]]


def _adts_bytes(block: bytes, place: int) -> int:
    """ISO/IEC 14496-3 section 1.A.2.2: thirteen bits of the header are the length of the frame."""
    size = (block[place + 3] & 3) << 11 | block[place + 4] << 3 | block[place + 5] >> 5
    return size if size > 7 and block[place + 2] & 0x3C < 0x34 else 0


def follows_frame(descriptor: int, at: int) -> bool:
    """Whether a frame begins at ``at``, and two more or the end of the frames follow it."""
    for _ in range(3):
        head = os.pread(descriptor, 6, at)
        size = frame_bytes(head)
        if not size:
            break
        at += size
    else:
        return True
    return not head or head[:3] in (b"TAG", b"APE", b"LYR", b"ID3")


def info_bytes(frame: bytes) -> int | None:
    """How many bytes the Xing or Info frame states; 0 where it does not say, None where the frame holds audio."""
    for at in (36, 21, 13, 38, 23, 15):  # behind the side information, with and without a checksum
        if frame[at : at + 4] in (b"Xing", b"Info"):
            flags = int.from_bytes(frame[at + 4 : at + 8], "big")
            place = at + 8 + (4 if flags & 1 else 0)
            return int.from_bytes(frame[place : place + 4], "big") if flags & 2 else 0
    if frame[36:40] == b"VBRI":
        return int.from_bytes(frame[46:50], "big")
    return None


def measure_frames(
    path: str, descriptor: int, begin: int, size: int, other_begins: Callable[[int], bool] = lambda at: False
) -> Measured:
    """The parts of what is MPEG audio to its end: each Xing frame begins one, and tags are left out.

    A frame of that name states for how long its own file goes on.  Where it states as much as there is, and in a file
    without tags in its midst, the file is opened as it stands.

    Args:
        other_begins: whether a file of another kind begins at a place.
    """
    end = tags_begin(descriptor, size)
    first = id3_end(descriptor, begin)
    stated = info_bytes(os.pread(descriptor, 64, first))
    if stated and abs(first + stated - end) <= SLACK_BYTES:
        whole = size - end <= SLACK_BYTES
        return Measured(size, None if whole else (Extent(path, ((begin, end),)),))
    parts: list[list[tuple[int, int]]] = [[]]
    done, tags = begin, 0
    for run_begin, run_end, infos in _runs(descriptor, first, end):
        if run_begin > done:
            if done > begin and other_begins(done):
                end = size = done
                break
            behind = min(tag_end(descriptor, done), run_begin) if done > begin else done
            if run_begin in infos and no_sound_end(descriptor, behind, run_begin) >= run_begin:
                behind = run_begin  # a file that was filled up with zeros, and another one
            tags += behind > done
            done = behind
        for info in infos:
            if info > first:
                parts[-1].append((done, info))
                parts.append([])
                done = info
        parts[-1].append((done, run_end))
        done = run_end
    if done < end:
        behind = no_sound_end(descriptor, done, end)
        if other_begins(behind):
            end = size = behind
        elif behind < end:
            parts[-1].append((behind, end))
        tags += behind > done
    if len(parts) == 1 and not tags and size - end <= ID3V1_BYTES:
        return Measured(size)
    kept = [tuple(_joined(part)) for part in parts]
    return Measured(size, tuple(Extent(path, part, promises=len(kept) == 1) for part in kept if part))


def _joined(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ranges that are not empty, those that touch each other as one."""
    begin = end = -1
    for one_begin, one_end in ranges:
        if one_begin == end:
            end = one_end
        elif one_end > one_begin:
            if end > begin:
                yield begin, end
            begin, end = one_begin, one_end
    if end > begin:
        yield begin, end


_BLOCK_BYTES = 1 << 22
_HEAD_BYTES = 6


def _runs(descriptor: int, begin: int, end: int) -> Iterator[tuple[int, int, list[int]]]:
    """Stretches of frames that follow each other, and which of those are Xing frames."""
    sizes = _sizes()
    run_begin = at = begin
    infos: list[int] = []
    while end - at >= _HEAD_BYTES:
        block = os.pread(descriptor, _BLOCK_BYTES + 64, at)
        last = min(_BLOCK_BYTES, len(block), end - at) - _HEAD_BYTES
        marks = _infos(block)
        place = 0
        while place <= last:
            size = sizes[block[place + 1] << 8 | block[place + 2]] if block[place] == 0xFF else 0
            if not size:
                is_adts = block[place] == 0xFF and block[place + 1] & 0xF6 == 0xF0
                size = _adts_bytes(block, place) if is_adts else 0
            if not size:
                break
            if place in marks:
                infos.append(at + place)
            place += size
        at += place
        if place <= last or last < 0:
            if at > run_begin:
                yield run_begin, at, infos
            run_begin = at = _next_frame(descriptor, at, end)
            infos = []
    if min(at, end) > run_begin:
        yield run_begin, min(at, end), infos


def _infos(block: bytes) -> set[int]:
    """Where Xing frames may begin in a block."""
    found: set[int] = set()
    for word, places in ((b"Xing", (36, 21, 13, 38, 23, 15)), (b"Info", (36, 21, 13, 38, 23, 15)), (b"VBRI", (36,))):
        found |= {at - place for at in places_of(word, block) for place in places}
    return found


def _next_frame(descriptor: int, at: int, end: int) -> int:
    """Where after something else frames go on: two that follow each other; ``end`` where none do."""
    at = max(tag_end(descriptor, at), at)
    while at < end:
        block = os.pread(descriptor, 1 << 16, at)
        place = block.find(b"\xff")
        while 0 <= place < len(block) - _HEAD_BYTES:
            if frame_bytes(block[place : place + _HEAD_BYTES]) and follows_frame(descriptor, at + place):
                return at + place
            place = block.find(b"\xff", place + 1)
        if len(block) < 1 << 16:
            return end
        at += len(block) - _HEAD_BYTES
    return end
