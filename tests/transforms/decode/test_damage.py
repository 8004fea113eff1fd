"""Files that are cut, damaged, or lie about themselves: what came is kept, and the loss is told."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.decoding import FRAMES, RATE, decode, tones, write_av
from tests.transforms.decode.odd_files import write


@pytest.fixture(scope="module")
def stereo() -> np.ndarray:
    return tones()


def test_samples_that_are_not_finite_become_zero(tmp_path: Path, stereo: np.ndarray) -> None:
    broken = stereo.copy()
    broken[RATE, 0], broken[RATE + 5, 1], broken[2 * RATE, :] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "a.wav", broken, RATE, subtype="FLOAT")
    samples, _, problems = decode(tmp_path / "a.wav", 1000)
    np.testing.assert_array_equal(samples, np.where(np.isfinite(broken), stereo, 0))
    assert problems == {Reason.NON_FINITE: 1000}


def test_samples_beyond_every_scale_become_zero(tmp_path: Path, stereo: np.ndarray) -> None:
    unscaled = (stereo * np.float32(2**31)).astype(np.float32)  # as floats that hold 32-bit integers have them
    soundfile.write(tmp_path / "a.wav", unscaled, RATE, subtype="FLOAT")
    samples, _, problems = decode(tmp_path / "a.wav", 1000)
    np.testing.assert_array_equal(samples, unscaled)
    assert not problems
    broken = unscaled.copy()
    broken[RATE, 0], broken[RATE + 5, 1] = 2.0**33, -3e38
    soundfile.write(tmp_path / "a.wav", broken, RATE, subtype="FLOAT")
    samples, _, problems = decode(tmp_path / "a.wav", 1000)
    np.testing.assert_array_equal(samples, np.where(np.abs(broken) > 2.0**32, 0, unscaled))
    assert problems == {Reason.NON_FINITE: 1000}


@pytest.mark.parametrize("extension", ["wav", "aiff", "au", "flac", "mp3", "mka"])
def test_a_file_cut_in_the_midst(tmp_path: Path, stereo: np.ndarray, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    if extension == "mka":
        write_av(path, stereo, "flac", RATE)
    else:
        soundfile.write(path, stereo, RATE)
    whole = decode(path)[0]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    samples, _, problems = decode(path)
    assert 0.3 * FRAMES < len(samples) < 0.7 * FRAMES
    assert problems == {Reason.TRUNCATED: round(1000 * len(samples) / RATE)}
    sure = len(samples) - 2400  # the last mp3 frames lean on what was cut off
    np.testing.assert_allclose(samples[:sure], whole[:sure], atol=2e-6)


@pytest.mark.parametrize("extension", ["flac", "mp3", "ogg"])
def test_damage_in_the_midst_costs_a_stretch(tmp_path: Path, stereo: np.ndarray, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    long = np.concatenate([stereo, stereo[::-1], stereo])
    soundfile.write(path, long, RATE)
    shutil.copy(path, tmp_path / f"whole.{extension}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2000] = np.random.default_rng(2).bytes(2000)
    path.write_bytes(content)
    samples, _, problems = decode(path, 4096)
    if extension == "mp3":  # its packets have no stamps: how many are missing nobody knows
        assert 0.8 * len(long) < len(samples) < len(long)
    else:
        assert len(samples) == len(long)
        whole, _, _ = decode(tmp_path / f"whole.{extension}", 4096)
        np.testing.assert_array_equal(samples[-FRAMES // 2 :], whole[-FRAMES // 2 :])
    assert set(problems) == {Reason.CORRUPT}


@pytest.mark.parametrize(
    ("stated", "frames", "problems"),
    [
        (0, FRAMES, set()),  # as written to a pipe
        (0xFFFF_FFFF, FRAMES, set()),
        (0x7FFF_F000, FRAMES, set()),
        (8 * FRAMES, FRAMES, {Reason.TRUNCATED}),
        (2 * FRAMES, FRAMES, set()),  # as a recorder leaves it whose power fails
    ],
)
def test_sizes_that_wav_headers_lie_about(
    tmp_path: Path, stereo: np.ndarray, stated: int, frames: int, problems: set[Reason]
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, stereo, RATE)
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", stated)
    path.write_bytes(content)
    samples, _, found = decode(path)
    assert (len(samples), set(found)) == (frames, problems)
    np.testing.assert_allclose(samples, stereo[:frames], atol=2**-15)


def test_mp3_of_variable_rate_without_a_length_is_read_to_its_end(tmp_path: Path, stereo: np.ndarray) -> None:
    path = tmp_path / "a.mp3"
    rising = np.concatenate([stereo * level for level in (0.0, 0.0, 0.3, 1.0)])
    soundfile.write(path, rising, RATE, bitrate_mode="VARIABLE", compression_level=0.2)
    content = path.read_bytes()
    at = content.index(b"Xing")
    path.write_bytes(content[:at] + bytes(120) + content[at + 120 :])
    guessed = soundfile.info(path).frames
    samples, _, problems = decode(path)
    assert abs(guessed - len(rising)) > RATE  # what libsndfile alone makes of it
    assert abs(len(samples) - len(rising)) < 4000
    assert problems == {}


@pytest.mark.parametrize("extension", ["flac", "wv", "mka", "m4a"])
@pytest.mark.parametrize("factor", [0.25, 4])
def test_a_duration_alone_that_is_wrong_is_no_cut_file(
    tmp_path: Path, stereo: np.ndarray, extension: str, factor: float
) -> None:
    """The bytes are all there; of the same file cut in its midst, the end is missing."""
    path = write(tmp_path / f"a.{extension}", stereo, RATE)
    content = bytearray(path.read_bytes())
    at, form = {
        "flac": (22, ">I"), "wv": (12, "<I"), "mka": (content.find(b"\x44\x89\x88") + 3, ">d"),
        "m4a": (content.find(b"mdhd") + 20, ">I"),
    }[extension]  # fmt: skip
    size = struct.calcsize(form)
    (true,) = struct.unpack(form, content[at : at + size])
    content[at : at + size] = struct.pack(form, type(true)(true * factor))
    path.write_bytes(content)
    samples, _, problems = decode(path)
    assert len(samples) == pytest.approx(FRAMES, abs=2_048)
    assert problems == {}
    if factor > 1 and extension != "m4a":  # whose table of samples goes with its end
        path.write_bytes(content[: len(content) // 2])
        assert Reason.TRUNCATED in decode(path)[2]
        path.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
        assert decode(path)[2]


def test_an_mp4_without_a_duration_is_complete(tmp_path: Path, stereo: np.ndarray) -> None:
    path = write(tmp_path / "a.m4a", stereo, RATE)
    content = bytearray(path.read_bytes())
    for box, place in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        at = content.index(box) + place
        content[at : at + 4] = bytes(4)
    path.write_bytes(content)
    samples, _, problems = decode(path)
    assert len(samples) == pytest.approx(FRAMES, abs=2_048)
    assert problems == {}


def test_chained_ogg_is_read_to_its_end(tmp_path: Path, stereo: np.ndarray) -> None:
    for name, part in (("a.ogg", stereo), ("b.ogg", stereo[::-1])):
        soundfile.write(tmp_path / name, part, RATE)
    chain = (tmp_path / "a.ogg").read_bytes() + (tmp_path / "b.ogg").read_bytes()
    (tmp_path / "chain.ogg").write_bytes(chain)
    samples, _, problems = decode(tmp_path / "chain.ogg")
    assert abs(len(samples) - 2 * FRAMES) < 300
    assert problems == {}


def test_a_stream_that_changes_its_rate_and_channels_goes_on_in_the_first(tmp_path: Path, stereo: np.ndarray) -> None:
    write_av(tmp_path / "a.aac", stereo, "aac", RATE)
    t = np.arange(2 * FRAMES) / (2 * RATE)
    tone = np.sin(2 * np.pi * 440 * t).astype(np.float32)
    write_av(tmp_path / "b.aac", np.stack([tone * 0.2, tone * 0.6], axis=1), "aac", 2 * RATE)
    (tmp_path / "c.aac").write_bytes((tmp_path / "a.aac").read_bytes() + (tmp_path / "b.aac").read_bytes())
    samples, format, problems = decode(tmp_path / "c.aac")
    assert (format.sample_rate_hz, format.channels, problems) == (RATE, 2, {})
    assert abs(len(samples) - 2 * FRAMES) < 4096
    middle = samples[FRAMES + RATE : FRAMES + 2 * RATE]  # one second: the tone stands in bin 440
    level = 2 * np.abs(np.fft.rfft(middle, axis=0)) / RATE
    np.testing.assert_array_equal(level.argmax(axis=0), [440, 440])
    np.testing.assert_allclose(level[440], [0.2, 0.6], rtol=0.03)


def test_the_first_of_several_audio_streams(tmp_path: Path, stereo: np.ndarray) -> None:
    with av.open(str(tmp_path / "a.mka"), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=rate, layout="mono") for rate in (8_000, 48_000)]
        for stream in streams:
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.int16), format="s16", layout="mono")
            frame.sample_rate = stream.rate
            container.mux(stream.encode(frame))
    samples, format, _ = decode(tmp_path / "a.mka")
    assert (len(samples), format.sample_rate_hz) == (1000, 8_000)


def test_headerless_telephone_audio_is_told_by_its_extension(tmp_path: Path, stereo: np.ndarray) -> None:
    pcm = np.round(stereo[:, 0] * 32767).astype("<i2")
    (tmp_path / "call.sln").write_bytes(pcm.tobytes())
    samples, format, _ = decode(tmp_path / "call.sln")
    assert (format.sample_rate_hz, format.channels) == (8_000, 1)
    np.testing.assert_array_equal(samples[:, 0], pcm / np.float32(2**15))
