"""Priming and padding are cut as players cut them.

Measured with 11.000 s of clicks at 0, 0.25, 5 and 10.975 s, made by FFmpeg 5.1; seconds of sound and where the first
click stands, ours and those of Chromium's ``decodeAudioData``:

====================================  ===============  ===============  ==========================================
file                                  ours             Chromium         what the file says
====================================  ===============  ===============  ==========================================
AAC in m4a, mov, mp4 with pictures    11.0000 0.0000   11.0000 0.0000   edit list; FFmpeg alone: 11.0063 to 11.0080
AAC in m4a, all packets of full size  11.0000 0.0000   11.0000 0.0000   edit list alone
AAC in m4a without an edit list       11.0232 0.0232   11.0232 0.0232   nothing of the priming
AAC in mp4 of fragments               11.0232 0.0232   11.0232 0.0232   nothing of the priming
the same with an edit list            11.0000 0.0000   11.0000 0.0000   edit list; FFmpeg's program: 11.0295 0.0232
cut out of m4a without coding anew    10.9000          10.9000          edit list
AAC in ADTS                           11.0295 0.0232   11.0295 0.0232   nothing
AAC in Matroska                       11.0295 0.0232   11.0293 0.0232   nothing
the same, made by FFmpeg 8 (3 s)      3.0186 0.0000    3.0186 0.0002    CodecDelay
MP3 with a LAME tag                   11.0000 0.0000   11.0000 0.0000   LAME tag
MP3 without                           11.0498 0.0251   11.0498 0.0251   nothing
MP3 in Matroska                       11.0251 0.0251   11.0251 0.0251   the padding alone
the same, made by FFmpeg 8 (3 s)      3.0000 0.0000    3.0051 0.0000    CodecDelay, DiscardPadding
MP3 in mp4                            11.0000 0.0000   10.9997 -0.025   edit list, which Chromium applies twice
Opus in Ogg                           11.0000 0.0000   11.0000 0.0000   pre-skip, granule position
Opus in WebM, Matroska                11.0000 0.0000   10.9995 -0.0005  CodecDelay (Chromium rounds), DiscardPadding
Opus in mp4                           11.0000 0.0000   11.0070 -0.0065  edit list (Chromium: the priming twice)
Vorbis in Ogg                         11.0000 0.0000   11.0000 0.0000   granule position
Vorbis in WebM                        11.0106 0.0000   11.0106 0.0000   nothing of the padding
====================================  ===============  ===============  ==========================================
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.transforms.decode.muxing import clicks, mux, onsets
from transforms.decode.audio import open_audio

CLICKS = [0.0, 0.25, 2.975]
SECONDS = 3.0
WITHIN = 0.001


def hear(path: Path) -> tuple[float, list[float]]:
    """How long it is, and where its clicks are."""
    with open_audio(str(path)) as audio:
        samples = np.concatenate(list(audio.blocks()))[:, 0]
        rate = audio.format.sample_rate_hz
    assert not audio.problems
    assert audio.timing.without_audio_ms == 0
    return len(samples) / rate, onsets(samples, rate)


@pytest.mark.parametrize("seconds", [SECONDS, 11.0])
def test_vorbis_is_cut_by_its_granule_position(tmp_path: Path, seconds: float) -> None:
    """Of 3 s all packets lie on one page, which FFmpeg gives 11 ms more of, and Chromium 2 ms less."""
    soundfile.write(tmp_path / "a.ogg", clicks(CLICKS, seconds, 44_100), 44_100)
    found_seconds, found = hear(tmp_path / "a.ogg")
    assert found_seconds == seconds
    assert found == pytest.approx(CLICKS, abs=WITHIN)


FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
WITH_EDITS = {"movflags": "frag_keyframe+delay_moov"}


@pytest.mark.parametrize(
    ("name", "codec", "rate", "video_seconds", "options"),
    [
        ("a.m4a", "aac", 44_100, 0, {}),
        ("a.m4a", "aac", 8_000, 0, {}),
        ("a.mov", "aac", 48_000, 0, {}),
        ("a.mp4", "aac", 44_100, SECONDS, {}),
        ("a.mp4", "aac", 44_100, 0, WITH_EDITS),
        ("a.mp4", "libmp3lame", 44_100, 0, {}),
        ("a.mp4", "libopus", 48_000, 0, {}),
        ("a.mp3", "libmp3lame", 44_100, 0, {}),
        ("a.mp3", "libmp3lame", 16_000, 0, {}),
        ("a.opus", "libopus", 48_000, 0, {}),
        ("a.webm", "libopus", 48_000, 0, {}),
        ("a.webm", "libopus", 48_000, SECONDS, {}),
        ("a.mka", "libopus", 48_000, 0, {}),
        ("a.mka", "libmp3lame", 44_100, 0, {}),
    ],
)
def test_what_the_file_tells_of_priming_and_padding_is_cut(
    tmp_path: Path, name: str, codec: str, rate: int, video_seconds: float, options: dict[str, str]
) -> None:
    path, samples = tmp_path / name, clicks(CLICKS, SECONDS, rate)
    mux(path, samples, codec=codec, rate=rate, samples_rate=rate, video_seconds=video_seconds, options=options)
    seconds, found = hear(path)
    assert seconds == pytest.approx(SECONDS, abs=WITHIN)
    assert found == pytest.approx(CLICKS, abs=WITHIN)


@pytest.mark.parametrize(
    ("name", "codec", "priming", "padding", "options"),
    [
        ("a.m4a", "aac", 1024, 0, {"use_editlist": "0"}),
        ("a.mp4", "aac", 1024, 0, FRAGMENTS),
        ("a.aac", "aac", 1024, 820, {}),
        ("a.mka", "aac", 0, 820, {}),
        ("a.mp3", "libmp3lame", 1105, 1152, {"write_xing": "0"}),
    ],
)
def test_what_it_does_not_tell_stays(
    tmp_path: Path, name: str, codec: str, priming: int, padding: int, options: dict[str, str]
) -> None:
    path, rate = tmp_path / name, 44_100
    mux(path, clicks(CLICKS, SECONDS, rate), codec=codec, rate=rate, samples_rate=rate, options=options)
    seconds, found = hear(path)
    late = priming / rate
    assert found == pytest.approx([at + late for at in CLICKS], abs=WITHIN)
    assert 0 <= seconds - (SECONDS + late) <= padding / rate + WITHIN


def stated(path: Path, *, frames: int, edit_ms: int | None = None) -> None:
    """Every packet of an m4a lasts as long as the others; the header states so many frames, or milliseconds of edit."""
    content = bytearray(path.read_bytes())
    at = content.find(b"stts")
    runs = struct.unpack_from(">I", content, at + 8)[0]
    for run in range(runs):
        struct.pack_into(">I", content, at + 16 + 8 * run, 1024)
    struct.pack_into(">I", content, content.find(b"mdhd") + 20, frames)
    if edit_ms is not None:
        struct.pack_into(">I", content, content.find(b"elst") + 12, edit_ms)
    path.write_bytes(content)


def test_an_edit_list_alone_tells_of_the_padding(tmp_path: Path) -> None:
    mux(tmp_path / "a.m4a", clicks(CLICKS, SECONDS, 44_100), rate=44_100, samples_rate=44_100)
    stated(tmp_path / "a.m4a", frames=131 * 1024)
    seconds, found = hear(tmp_path / "a.m4a")
    assert seconds == pytest.approx(SECONDS, abs=WITHIN)
    assert found == pytest.approx(CLICKS, abs=WITHIN)


@pytest.mark.parametrize("frames", [0, 1, 1024, 44_100, 200_000])
def test_a_header_that_lies_about_the_duration_cuts_nothing(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "a.m4a"
    mux(path, clicks(CLICKS, SECONDS, 44_100), rate=44_100, samples_rate=44_100, options={"use_editlist": "0"})
    stated(path, frames=frames)
    with open_audio(str(path)) as audio:
        samples = np.concatenate(list(audio.blocks()))[:, 0]
    assert len(samples) % 1024 == 0
    assert len(samples) / 44_100 >= SECONDS + 1024 / 44_100
    assert len(onsets(samples, 44_100)) == len(CLICKS)


def test_a_late_track_is_cut_at_its_own_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    mux(path, clicks(CLICKS, SECONDS, 44_100), rate=44_100, samples_rate=44_100, late=2.0, video_seconds=5.0)
    with open_audio(str(path)) as audio:
        samples = np.concatenate(list(audio.blocks()))[:, 0]
    assert len(samples) / 44_100 == pytest.approx(2.0 + SECONDS, abs=0.03)
    assert onsets(samples, 44_100) == pytest.approx([2 + at for at in CLICKS], abs=0.03)
