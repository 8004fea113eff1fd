"""Several files in one: all are heard, each as it is heard alone."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from schemas.reasons import Reason
from tests.transforms.decode.decoding import decode
from tests.transforms.decode.odd_files import CODECS, RATE, pcm16, voice, wav, write
from transforms.decode.audio import open_audio, read_header
from transforms.decode.extent import Extent, ExtentFile
from transforms.decode.parts import find_parts

EXTENSIONS = (*CODECS, "wav", "aiff", "aifc", "au", "caf", "w64", "rf64", "flac", "mp3", "ogg")


def rate_of(extension: str) -> int:
    return {"amr": 8_000, "wma": 44_100, "webm": 48_000, "opus": 48_000}.get(extension, RATE)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """By extension two files, of 1.3 and 0.9 seconds."""
    folder = tmp_path_factory.mktemp("files")
    return {
        extension: (
            write(folder / f"a.{extension}", voice(1.3, rate_of(extension)), rate_of(extension)),
            write(folder / f"b.{extension}", voice(0.9, rate_of(extension), pitch=240), rate_of(extension)),
        )
        for extension in EXTENSIONS
    }


def join(path: Path, *parts: Path | bytes) -> Path:
    path.write_bytes(b"".join(part if isinstance(part, bytes) else part.read_bytes() for part in parts))
    return path


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_each_of_three_files_in_one_is_heard_as_it_is_alone(
    extension: str, files: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    one, other = files[extension]
    alone = [decode(path)[0] for path in (one, other, one)]
    joined = join(tmp_path / f"joined.{extension}", one, other, one)
    samples, format, problems = decode(joined)
    np.testing.assert_array_equal(samples, np.concatenate(alone))
    assert problems == {}
    seconds = [read_header(str(path)).seconds for path in (one, other, one)]
    if all(seconds):
        assert format.seconds == pytest.approx(sum(s for s in seconds if s))
    assert read_header(str(joined)) == format


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_file_alone_is_opened_as_it_stands(extension: str, files: dict[str, tuple[Path, Path]]) -> None:
    for path in files[extension]:
        assert find_parts(str(path)).parts == ()


@pytest.mark.parametrize("extension", ["wav", "aiff", "flac", "m4a", "wma", "tta", "wv", "ogg", "opus", "caf", "mp3"])
def test_a_part_of_another_rate_and_other_channels_is_brought_to_the_first(extension: str, tmp_path: Path) -> None:
    first = {"opus": 48_000, "wma": 44_100}.get(extension, 32_000)
    one = write(tmp_path / f"a.{extension}", voice(1.0, first, 150, 2), first)
    other = write(tmp_path / f"b.{extension}", voice(1.0, 48_000, 200, 1), 48_000)
    samples, format, problems = decode(join(tmp_path / f"joined.{extension}", one, other))
    assert (format.sample_rate_hz, format.channels, problems) == (first, 2, {})
    seam = len(decode(one)[0])
    second = len(decode(other)[0]) * first / 48_000
    assert abs(len(samples) - seam - second) <= 1
    later = samples[seam + first // 2 : seam + first]
    np.testing.assert_array_equal(later[:, 0], later[:, 1])
    assert np.abs(np.fft.rfft(later[:, 0])).argmax() * first / len(later) == pytest.approx(200, abs=4)


def test_files_of_several_kinds_in_one(files: dict[str, tuple[Path, Path]], tmp_path: Path) -> None:
    kinds = ("wav", "m4a", "flac", "ogg", "tta", "wav")
    parts = [files[kind][0] for kind in kinds]
    samples, _, problems = decode(join(tmp_path / "joined.wav", *parts))
    np.testing.assert_array_equal(samples, np.concatenate([decode(part)[0] for part in parts]))
    assert problems == {}


def test_tags_and_padding_between_and_behind_the_files_are_no_sound(
    files: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    one, other = files["tta"]
    id3v1 = b"TAG" + b"a title".ljust(125, b"\0")
    ape = b"APETAGEX" + struct.pack("<IIII8x", 2000, 2000, 1, 1 << 31 | 1 << 29)
    samples, _, problems = decode(join(tmp_path / "a.tta", one, id3v1, other, ape, b"x" * 2000, id3v1, bytes(5000)))
    assert len(samples) == len(decode(one)[0]) + len(decode(other)[0])
    assert problems == {}


@pytest.mark.parametrize("extension", ["m4a", "flac", "ogg", "tta", "wma", "mka", "mp3", "wv"])
def test_zeros_behind_and_between_the_files_are_no_sound(
    extension: str, files: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    """As a recorder leaves them that reserves the place of a file."""
    one, other = files[extension]
    samples, _, problems = decode(join(tmp_path / f"a.{extension}", one, bytes(300_000), other, bytes(300_000)))
    assert abs(len(samples) - len(decode(one)[0]) - len(decode(other)[0])) < 0.1 * rate_of(extension)
    assert problems == {}


def test_a_part_that_cannot_be_opened_is_told_and_the_others_are_heard(
    files: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    one, other = files["m4a"]
    broken = other.read_bytes().replace(b"stbl", b"xxxx")
    path = join(tmp_path / "a.m4a", one, broken, other)
    samples, format, problems = decode(path)
    seam = len(decode(one)[0])
    assert problems == {Reason.PART_NOT_HEARD: round(1000 * seam / format.sample_rate_hz)}
    np.testing.assert_array_equal(samples, np.concatenate([decode(one)[0], decode(other)[0]]))
    first = decode(join(tmp_path / "b.m4a", broken, one, other))
    np.testing.assert_array_equal(first[0], samples)
    assert first[2] == {Reason.PART_NOT_HEARD: 0}


def test_what_is_left_over_is_told_with_its_bytes(files: dict[str, tuple[Path, Path]], tmp_path: Path) -> None:
    one, _ = files["m4a"]
    rest = np.random.default_rng(3).bytes(9000)
    path = join(tmp_path / "a.m4a", one, b"\x01" + rest)
    samples, format, problems = decode(path)
    assert problems == {Reason.PART_NOT_HEARD: round(1000 * len(samples) / format.sample_rate_hz)}
    np.testing.assert_array_equal(samples, decode(one)[0])
    with open_audio(str(path)) as audio:
        list(audio.blocks())
    assert audio.problems[0].message.startswith(f"9,001 bytes from byte {one.stat().st_size:,} on")


def test_the_same_trouble_in_many_parts_is_one_problem(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "nan.wav", np.full(RATE, np.nan, np.float32), RATE, subtype="FLOAT")
    path = join(tmp_path / "a.wav", wav(pcm16(voice(1.0))), tmp_path / "nan.wav", tmp_path / "nan.wav")
    with open_audio(str(path)) as audio:
        assert sum(len(block) for block in audio.blocks()) == 3 * RATE
    (problem,) = audio.problems
    assert (problem.reason, problem.start_ms) == (Reason.NON_FINITE, 1000)
    assert problem.message.endswith("; in this file 2 parts have this")


def test_the_first_of_two_files_was_cut(tmp_path: Path) -> None:
    pcm = pcm16(voice(1.0))
    path = join(tmp_path / "a.wav", wav(pcm[: RATE // 2 * 2], stated=len(pcm)), wav(pcm))
    samples, _, problems = decode(path)
    assert (len(samples), problems) == (RATE * 3 // 2, {Reason.TRUNCATED: 500})


def test_files_that_a_browser_wrote_piece_by_piece(tmp_path: Path) -> None:
    """Fragmented MP4, and WebM of no stated size."""
    for name, options in (("a.mp4", {"movflags": "frag_keyframe+empty_moov"}), ("a.webm", {"live": "1"})):
        alone = []
        for pitch in (150, 240):
            path = tmp_path / f"{pitch}_{name}"
            write_live(path, voice(1.0, 48_000, pitch), options)
            alone.append(path)
        samples, _, problems = decode(join(tmp_path / name, *alone))
        np.testing.assert_array_equal(samples, np.concatenate([decode(path)[0] for path in alone]))
        assert problems == {}


def write_live(path: Path, samples: np.ndarray, options: dict[str, str]) -> None:
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="flt", layout="mono")
        frame.sample_rate = 48_000
        fifo = av.AudioFifo()
        fifo.write(frame)
        while (piece := fifo.read(stream.codec_context.frame_size or 960, partial=True)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def test_an_extent_reads_like_a_file(tmp_path: Path) -> None:
    content = bytes(range(200))
    (tmp_path / "a").write_bytes(content)
    wanted = b"head" + content[10:20] + content[50:90]
    with ExtentFile(Extent(str(tmp_path / "a"), ((10, 20), (50, 90)), b"head")) as file:
        assert file.read() == wanted
        for at in (0, 2, 4, 13, 14, 15, 53, 54, 60):
            assert file.seek(at) == at
            assert file.read(7) == wanted[at : at + 7]
        assert file.seek(-5, 2) == len(wanted) - 5
        assert file.read() == wanted[-5:]
