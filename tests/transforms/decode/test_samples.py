"""Headers that state less than there is: the samples behind are heard, and nothing else is taken for samples."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.decoding import decode, write_av
from tests.transforms.decode.odd_files import RATE, chunk, pcm16, voice, wav
from transforms.decode.audio import open_audio, read_header
from transforms.decode.forms import PIECE_BYTES
from transforms.decode.parts import find_parts

SOUND = voice(2.0)
PCM = pcm16(SOUND)
EXACT = np.frombuffer(PCM, "<i2").astype(np.float32)[:, None] / 32768
STATED = len(PCM) // 4
LIST = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"a recorder"))

FORMS = [
    ("wav", "PCM_16", 1), ("wav", "PCM_24", 2), ("wav", "PCM_U8", 1), ("wav", "FLOAT", 2), ("wav", "DOUBLE", 1),
    ("wav", "ULAW", 1), ("wav", "ALAW", 2), ("wav", "MS_ADPCM", 1), ("wav", "IMA_ADPCM", 1), ("wav", "GSM610", 1),
    ("rf64", "PCM_16", 2), ("rf64", "FLOAT", 1), ("w64", "PCM_16", 2), ("w64", "PCM_24", 1), ("aiff", "PCM_16", 1),
    ("aiff", "PCM_24", 2), ("aiff", "FLOAT", 1), ("aiff", "ULAW", 1), ("au", "PCM_16", 1), ("au", "ULAW", 2),
    ("au", "FLOAT", 1), ("caf", "PCM_16", 2), ("caf", "PCM_24", 1), ("caf", "ALAW", 1), ("wavex", "PCM_24", 4),
]  # fmt: skip
"""Container, form of the samples, channels."""


def write(path: Path, form: str, subtype: str, channels: int) -> bytes:
    soundfile.write(path, voice(2.0, channels=channels), RATE, format=form.upper(), subtype=subtype)
    return path.read_bytes()


def state(content: bytes, form: str, size: int) -> bytes:
    """The same file whose header states a size of its samples; AIFF states the frames, too."""
    changed = bytearray(content)
    if form == "au":
        changed[8:12] = struct.pack(">I", size & 0xFFFF_FFFF)
    elif form == "w64":
        at = content.index(b"data\xf3\xac") + 16
        changed[at : at + 8] = struct.pack("<Q", size + 24)
    elif form == "rf64":
        changed[28:36] = struct.pack("<Q", size)
    elif form == "caf":
        at = content.index(b"data") + 4
        changed[at : at + 8] = struct.pack(">Q", (size + 4) & (2**64 - 1))
    elif form == "aiff":
        at = content.index(b"SSND") + 4
        changed[at : at + 4] = struct.pack(">I", (size + 8) & 0xFFFF_FFFF)
        at = content.index(b"COMM") + 10
        changed[at : at + 4] = struct.pack(">I", struct.unpack(">I", changed[at : at + 4])[0] // 4)
    else:
        at = content.index(b"data") + 4
        changed[at : at + 4] = struct.pack("<I", size & 0xFFFF_FFFF)
    return bytes(changed)


def samples_bytes(content: bytes, form: str) -> int:
    """How many bytes of samples the header states."""
    if form == "au":
        return int(struct.unpack(">I", content[8:12])[0])
    if form == "w64":
        at = content.index(b"data\xf3\xac") + 16
        return int(struct.unpack("<Q", content[at : at + 8])[0]) - 24
    if form == "rf64":
        return int(struct.unpack("<Q", content[28:36])[0])
    if form == "caf":
        at = content.index(b"data") + 4
        return int(struct.unpack(">Q", content[at : at + 8])[0]) - 4
    at = content.index(b"SSND" if form == "aiff" else b"data") + 4
    size = int(struct.unpack(">I" if form == "aiff" else "<I", content[at : at + 4])[0])
    return size - 8 if form == "aiff" else size


@pytest.mark.parametrize("share", ["quarter", "nothing", "placeholder"])
@pytest.mark.parametrize(("form", "subtype", "channels"), FORMS)
def test_samples_behind_the_stated_end_are_heard(
    form: str, subtype: str, channels: int, share: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.bin"
    content = write(path, form, subtype, channels)
    whole, format, _ = decode(path)
    size = samples_bytes(content, form)
    unit = 2 * channels * 512  # whole frames of every form
    stated = {"quarter": size // 4 // unit * unit, "nothing": 0, "placeholder": -1}[share]
    if stated < 0 and form in ("rf64", "w64"):
        stated = 0x7FFF_FFFF_0000
    path.write_bytes(state(content, form, stated))
    samples, lying, problems = decode(path)
    if len(samples) < len(whole):  # where chunks lay behind the samples of a block coder
        assert len(whole) - len(samples) < 600
    np.testing.assert_array_equal(samples, whole[: len(samples)])
    assert (problems, lying.sample_rate_hz, lying.channels) == ({}, RATE, channels)
    assert (lying.container, lying.codec) == (format.container, format.codec)
    assert lying.seconds is None or abs(lying.seconds - 2) < 0.05
    assert read_header(str(path)) == lying


@pytest.mark.parametrize("stated", [0, STATED, STATED + 1, 0xFFFF_FFFF, 0x7FFF_FF00])
@pytest.mark.parametrize(
    "behind",
    [
        b"", LIST, chunk(b"bext", bytes(602)), chunk(b"iXML", b"<BWFXML/>") + LIST, chunk(b"id3 ", b"ID3\4" * 99),
        chunk(b"cue ", bytes(28)), chunk(b"JUNK", bytes(999)), chunk(b"_PMX", b"<x/>"), chunk(b"aXML", b"<y/>"),
        chunk(b"afsp", b"AFspdate"), chunk(b"what", b"of a program that nobody knows"), b"TAG" + bytes(125),
    ],
)  # fmt: skip
def test_chunks_behind_the_samples_are_no_sound(stated: int, behind: bytes, tmp_path: Path) -> None:
    """Neither where the header is right nor where it lies."""
    for lie in (len(PCM), stated):
        (tmp_path / "a.wav").write_bytes(wav(PCM, stated=lie, behind=behind))
        samples, _, problems = decode(tmp_path / "a.wav")
        if behind[:4] == b"what" and lie != len(PCM):
            samples = samples[: len(EXACT)]  # only a right header says that this is no sound
        np.testing.assert_array_equal(samples, EXACT)
        assert problems == {}


def test_chunks_of_any_length_and_padding(tmp_path: Path) -> None:
    odd = b"LIST" + struct.pack("<I", 5) + b"INFO\0"  # five bytes, not padded
    for before, behind in ((odd, b""), (LIST, odd), (b"", odd + LIST), (chunk(b"PAD ", bytes(4001)), odd + odd)):
        (tmp_path / "a.wav").write_bytes(wav(PCM, before, behind=behind))
        assert bool(find_parts(str(tmp_path / "a.wav")).parts) == (before == odd)  # which no decoder passes over
        np.testing.assert_array_equal(decode(tmp_path / "a.wav")[0], EXACT)


def test_several_chunks_of_samples(tmp_path: Path) -> None:
    third = len(PCM) // 3 // 2 * 2
    later = chunk(b"JUNK", bytes(31)) + chunk(b"data", PCM[third : 2 * third]) + LIST + chunk(b"data", PCM[2 * third :])
    (tmp_path / "a.wav").write_bytes(wav(PCM[:third], behind=later))
    samples, format, problems = decode(tmp_path / "a.wav")
    np.testing.assert_array_equal(samples, EXACT)
    assert (format.seconds, problems) == (2.0, {})


def test_frames_that_are_cut_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(PCM + b"\1", stated=STATED))
    np.testing.assert_array_equal(decode(tmp_path / "a.wav")[0], EXACT)


def test_zeros_that_fill_up_the_last_cluster_are_no_sound(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(PCM, behind=bytes(30_000)))
    samples, _, problems = decode(tmp_path / "a.wav")
    np.testing.assert_array_equal(samples, EXACT)
    assert problems == {}


def test_what_cannot_be_samples_is_told(tmp_path: Path) -> None:
    rest = np.random.default_rng(1).bytes(50_000)  # as of an archive
    (tmp_path / "a.wav").write_bytes(wav(PCM, behind=b"\1\2\3" + rest))
    samples, _, problems = decode(tmp_path / "a.wav")
    np.testing.assert_array_equal(samples, EXACT)
    assert problems == {Reason.PART_NOT_HEARD: 2000}


def test_loud_music_of_24_bits_is_heard(tmp_path: Path) -> None:
    loud = np.clip(np.random.default_rng(2).standard_normal((RATE, 2)) * 0.3, -1, 1)
    soundfile.write(tmp_path / "a.wav", loud, RATE, subtype="PCM_24")
    whole = decode(tmp_path / "a.wav")[0]
    content = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(state(content, "wav", 6 * 1000))
    np.testing.assert_array_equal(decode(tmp_path / "a.wav")[0], whole)


def test_bytes_behind_samples_that_are_coded_otherwise_are_told(tmp_path: Path) -> None:
    """MP3 within WAV: no block of its own size."""
    write_av(tmp_path / "a.wav", SOUND, "libmp3lame", RATE)
    content = (tmp_path / "a.wav").read_bytes()
    samples = decode(tmp_path / "a.wav")[0]
    (tmp_path / "a.wav").write_bytes(state(content, "wav", 3000))
    short, format, problems = decode(tmp_path / "a.wav")
    assert 0 < len(short) < len(samples)
    assert problems == {Reason.PART_NOT_HEARD: round(1000 * len(short) / format.sample_rate_hz)}


def test_files_in_one_whose_sizes_were_never_written(tmp_path: Path) -> None:
    for stated in (0, 0xFFFF_FFFF, 0x7FFF_FFFF):
        first, second = (wav(part, stated=stated, behind=LIST) for part in (PCM[: 2 * RATE], PCM[2 * RATE :]))
        (tmp_path / "a.wav").write_bytes(first + second)
        samples, _, problems = decode(tmp_path / "a.wav")
        np.testing.assert_array_equal(samples, EXACT)
        assert problems == {}


def sparse(path: Path, form: str, seconds: int) -> int:
    """A file of silence over 4 GB, a sound at its beginning and one at its end, its sizes of 32 bits wrapped."""
    rate, frames = 192_000, 192_000 * seconds
    sound = pcm16(voice(1.0, rate, channels=4))
    order = ">" if form in ("aiff", "au") else "<"
    if order == ">":
        sound = np.frombuffer(sound, "<i2").byteswap().tobytes()
    size = frames * 8
    assert size > 1 << 32
    wrapped = size & 0xFFFF_FFFF
    if form == "wav":
        head = b"RIFF" + struct.pack("<I", (size + 36) & 0xFFFF_FFFF) + b"WAVE"
        head += (
            chunk(b"fmt ", struct.pack("<HHIIHH", 1, 4, rate, 8 * rate, 8, 16)) + b"data" + struct.pack("<I", wrapped)
        )
    elif form == "aiff":
        extended = struct.pack(">HQ", 16383 + 17, rate << 46)
        comm = chunk(b"COMM", struct.pack(">hIh", 4, frames & 0xFFFF_FFFF, 16) + extended, ">")
        head = b"FORM" + struct.pack(">I", (size + 46) & 0xFFFF_FFFF) + b"AIFF" + comm
        head += b"SSND" + struct.pack(">III", (size + 8) & 0xFFFF_FFFF, 0, 0)
    else:
        head = b".snd" + struct.pack(">IIIII", 24, wrapped, 3, rate, 4)
    with open(path, "wb") as file:
        file.write(head + sound)
        file.truncate(len(head) + size)
        file.seek(len(head) + size - len(sound))
        file.write(sound)
        file.write(chunk(b"LIST" if form == "wav" else b"ANNO", b"behind", order) if form != "au" else b"")
    return frames


@pytest.mark.parametrize("form", ["wav", "aiff", "au"])
def test_more_than_4_gb(form: str, tmp_path: Path) -> None:
    frames = sparse(tmp_path / "a", form, 2_830)
    samples = frames * 8
    parts = find_parts(str(tmp_path / "a")).parts
    assert sum(part.bytes for part in parts) == samples
    assert len(parts) == -(-samples // (PIECE_BYTES // 8 * 8))
    assert read_header(str(tmp_path / "a")).seconds == 2_830


@pytest.mark.soak
def test_more_than_4_gb_is_heard_to_its_end(tmp_path: Path) -> None:
    frames = sparse(tmp_path / "a.wav", "wav", 2_830)
    at, heard = 0, set()
    with open_audio(str(tmp_path / "a.wav")) as audio:
        for block in audio.blocks():
            if block.any():
                heard |= {at // 192_000, (at + len(block) - 1) // 192_000}
            at += len(block)
    assert (at, audio.problems) == (frames, [])
    assert heard == {0, 1, 2_828, 2_829}
    os.unlink(tmp_path / "a.wav")
