"""FLAC states no size of its frames: the numbers of some tell whether another file begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.transforms.decode.decoding import decode, write_av
from transforms.decode.parts import find_parts

RATE = 44_100


def noise(seconds: float, seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((int(seconds * RATE), 1)) * 0.1).astype(np.float32)


@pytest.mark.parametrize("seconds", [(1.0, 1.0), (30.0, 30.0), (30.0, 2.0), (2.0, 30.0)])
def test_two_files_in_one_of_any_length(seconds: tuple[float, float], tmp_path: Path) -> None:
    paths = []
    for i, length in enumerate(seconds):
        paths.append(tmp_path / f"{i}.flac")
        soundfile.write(paths[-1], noise(length, i), RATE)
        assert find_parts(str(paths[-1])).parts == ()
    path = tmp_path / "joined.flac"
    path.write_bytes(b"".join(one.read_bytes() for one in paths))
    samples, format, problems = decode(path)
    np.testing.assert_array_equal(samples, np.concatenate([decode(one)[0] for one in paths]))
    assert (format.seconds, problems) == (sum(seconds), {})


def test_a_large_file_is_not_read_to_find_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of frames of one size and of any, with a stated length and without."""
    soundfile.write(tmp_path / "a.flac", noise(60, 1), RATE)
    write_av(tmp_path / "b.flac", noise(60, 2), "flac", RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    (tmp_path / "c.flac").write_bytes(content)
    monkeypatch.setattr("transforms.decode.flac.find_file", lambda *_: pytest.fail("the whole file was read"))
    for name in "abc":
        assert find_parts(str(tmp_path / f"{name}.flac")).parts == ()


def test_a_cover_in_a_tag_behind_the_frames_is_no_damage(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", noise(2, 1), RATE)
    whole = decode(tmp_path / "a.flac")[0]
    cover = np.random.default_rng(0).bytes(30_000)
    size = (len(cover) + 32).to_bytes(4, "little")
    tag = cover + b"APETAGEX" + (2000).to_bytes(4, "little") + size + (1).to_bytes(4, "little") + bytes(12)
    (tmp_path / "a.flac").write_bytes((tmp_path / "a.flac").read_bytes() + tag)
    samples, _, problems = decode(tmp_path / "a.flac")
    np.testing.assert_array_equal(samples, whole)
    assert problems == {}
