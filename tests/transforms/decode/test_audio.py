"""Whole files of every kind, against soundfile and PyAV called by hand; and what is no recording."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.decoding import FRAMES, RATE, decode, refusal, tones, write_av
from transforms.decode.audio import Format, read_header
from transforms.decode.stream import samples_of


@pytest.fixture(scope="module")
def stereo() -> np.ndarray:
    return tones()


@pytest.mark.parametrize("frames", [65_536, 10_000, 777])
@pytest.mark.parametrize(
    ("extension", "subtype", "codec"),
    [
        ("wav", "PCM_16", "pcm_s16"), ("wav", "PCM_24", "pcm_s24"), ("wav", "PCM_U8", "pcm_u8"),
        ("wav", "FLOAT", "pcm_f32"), ("wav", "DOUBLE", "pcm_f64"), ("aiff", "PCM_16", "pcm_s16"),
        ("flac", "PCM_16", "flac"), ("mp3", "MPEG_LAYER_III", "mp3"),
    ],
)  # fmt: skip
def test_equals_soundfile(
    tmp_path: Path, stereo: np.ndarray, extension: str, subtype: str, codec: str, frames: int
) -> None:
    path = tmp_path / f"a.{extension}"
    soundfile.write(path, stereo, RATE, subtype=subtype)
    samples, format, problems = decode(path, frames)
    rounding = 1e-7 if extension == "mp3" else 0  # mpg123 rounds otherwise after a seek to the start
    np.testing.assert_allclose(samples, soundfile.read(path, dtype="float32")[0], rtol=0, atol=rounding)
    assert format == Format(extension, codec, RATE, 2, 3.0) == read_header(str(path))
    assert problems == {}


@pytest.mark.parametrize("frames", [65_536, 10_000])
@pytest.mark.parametrize(
    ("name", "codec", "rate"), [("a.m4a", "aac", RATE), ("a.webm", "libopus", 48_000), ("a.mka", "flac", RATE)]
)
def test_equals_pyav(tmp_path: Path, stereo: np.ndarray, name: str, codec: str, rate: int, frames: int) -> None:
    path = tmp_path / name
    write_av(path, stereo, codec, rate)
    with av.open(str(path)) as container:
        expected = np.concatenate([samples_of(frame) for frame in container.decode(audio=0)])
    samples, format, problems = decode(path, frames)
    if codec == "aac":  # of which FFmpeg leaves the padding of the last packet on; this file does not tell of priming
        assert len(expected) == -(-len(stereo) // 1024) * 1024 + 1024
        expected = expected[: 1024 + len(stereo)]
    np.testing.assert_array_equal(samples, expected)
    assert (format.sample_rate_hz, format.channels, problems) == (rate, 2, {})
    assert format.codec == codec.removeprefix("lib")


@pytest.mark.parametrize(("subtype", "tolerance"), [("VORBIS", 1e-6), ("OPUS", 4e-3)])
def test_ogg_through_ffmpeg_is_as_libsndfile_decodes_it(
    tmp_path: Path, stereo: np.ndarray, subtype: str, tolerance: float
) -> None:
    path = tmp_path / "a.ogg"
    soundfile.write(path, stereo, 48_000, format="OGG", subtype=subtype)
    samples, _, problems = decode(path)
    np.testing.assert_allclose(samples, soundfile.read(path, dtype="float32")[0], atol=tolerance)
    assert problems == {}


@pytest.mark.parametrize(
    ("format", "layout", "dtype", "scale"),
    [
        ("u8", "stereo", np.uint8, None), ("u8p", "stereo", np.uint8, None),
        ("s16", "mono", np.int16, 2**15), ("s16", "stereo", np.int16, 2**15),
        ("s16p", "5.1", np.int16, 2**15), ("s32", "stereo", np.int32, 2**31), ("s32p", "stereo", np.int32, 2**31),
        ("flt", "stereo", np.float32, 1), ("fltp", "stereo", np.float32, 1),
        ("dbl", "stereo", np.float64, 1), ("dblp", "mono", np.float64, 1),
    ],
)  # fmt: skip
def test_every_sample_format_keeps_its_level(format: str, layout: str, dtype: type, scale: int | None) -> None:
    channels = {"mono": 1, "stereo": 2, "5.1": 6}[layout]
    wanted = np.linspace(-1, 0.99, 100 * channels).reshape(100, channels)
    stored = np.round(wanted * 128 + 128) if scale is None else wanted * scale
    if np.issubdtype(dtype, np.integer):
        stored = np.round(stored)
    stored = stored.astype(dtype)
    planar = stored.T if format.endswith("p") else stored.reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planar), format=format, layout=layout)
    step = 1 / 128 if scale is None else max(1 / scale, 1e-7)
    np.testing.assert_allclose(samples_of(frame), wanted, atol=0.51 * step)


def test_samples_beyond_full_scale_are_kept(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.5, 2.5, -3.0]), RATE, subtype="FLOAT")
    np.testing.assert_array_equal(decode(tmp_path / "a.wav")[0][:, 0], [0.5, 2.5, -3.0])


@pytest.mark.parametrize("name", ["a.raw", "new\nline.mp3", "-i.wav", "a b'\"$%d.flac", b"\xff\xfe.wav", "http:x"])
@pytest.mark.parametrize("container", ["wav", "mka"])
def test_names_do_not_matter(tmp_path: Path, stereo: np.ndarray, name: str | bytes, container: str) -> None:
    plain = tmp_path / f"plain.{container}"
    write_av(plain, stereo, "flac" if container == "mka" else "pcm_s16le", RATE)
    odd = os.path.join(tmp_path, os.fsdecode(name))
    os.rename(plain, odd)
    samples, format, problems = decode(odd)
    assert (len(samples), format.channels, problems) == (FRAMES, 2, {})


def test_sixty_four_channels(tmp_path: Path) -> None:
    many = np.random.default_rng(1).uniform(-1, 1, (500, 64)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", many, RATE, subtype="FLOAT")
    np.testing.assert_array_equal(decode(tmp_path / "a.wav")[0], many)


@pytest.mark.parametrize("rate", [1, 999, 2_000_000_000])
def test_rates_that_cannot_be_resampled(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(100), rate)
    assert refusal(tmp_path / "a.wav") is Reason.BAD_RATE


@pytest.mark.parametrize("rate", [1_000, 1_000_000])
def test_rates_that_can(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(100), rate)
    assert decode(tmp_path / "a.wav")[1].sample_rate_hz == rate


def test_what_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.mp3").write_text("no audio at all\n" * 99)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe.wav")
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), RATE)
    with av.open(str(tmp_path / "video.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25, width=16, height=16, pix_fmt="yuv420p")
        container.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(stream.encode(None))
    assert refusal(tmp_path / "empty.wav") is Reason.EMPTY_FILE
    assert refusal(tmp_path / "text.mp3") is Reason.UNDECODABLE
    assert refusal(tmp_path / "loop") is Reason.NOT_A_FILE
    assert refusal(tmp_path / "pipe.wav") is Reason.NOT_A_FILE
    assert refusal(tmp_path) is Reason.NOT_A_FILE
    assert refusal(tmp_path / "none.wav") is Reason.ZERO_SAMPLES
    assert refusal(tmp_path / "video.mp4") is Reason.NO_AUDIO
    assert refusal(tmp_path / "gone.wav") is Reason.NOT_FOUND
    assert refusal(tmp_path / "text.mp3" / "below") is Reason.NOT_FOUND
    assert refusal("a\0b.wav") is Reason.NOT_FOUND
    assert refusal("/" + "n" * 300) is Reason.NOT_FOUND


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file whose reading the system refuses")
def test_a_file_that_the_system_refuses_to_read() -> None:
    assert refusal("/proc/self/mem") is Reason.UNREADABLE


def test_a_playlist_opens_no_other_file(tmp_path: Path, stereo: np.ndarray) -> None:
    soundfile.write(tmp_path / "a.mp3", stereo, RATE)
    target = tmp_path / "a.mp3"
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{target}\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.txt").write_text(f"ffconcat version 1.0\nfile a.mp3\nfile {target}\n")
    for name in ("list.m3u8", "list.txt"):
        assert refusal(tmp_path / name) in (Reason.UNDECODABLE, Reason.NO_AUDIO)
