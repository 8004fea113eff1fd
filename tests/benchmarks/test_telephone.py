"""Half speech, half pause, and every file another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.telephone import RATE, telephone_files


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    (tmp_path / "clips").mkdir()
    for number in range(3):
        soundfile.write(tmp_path / "clips" / f"{number}.wav", 0.2 * random.standard_normal(16_000), 8000)
    (tmp_path / "clips" / "damaged.wav").write_bytes(b"no audio")
    return tmp_path / "clips"


@pytest.mark.slow
def test_hours_of_files(clips: Path, tmp_path: Path) -> None:
    paths = telephone_files(tmp_path / "made", 150 / 3600, clips, minutes=1)
    heard = [soundfile.read(path) for path in paths]
    assert [(len(samples) / RATE, rate) for samples, rate in heard] == [(60, RATE), (60, RATE), (30, RATE)]
    assert not np.array_equal(heard[0][0], heard[1][0])
    frames = np.concatenate([samples for samples, _ in heard]).reshape(-1, RATE // 10)
    loud = np.sqrt((frames**2).mean(axis=1)) > 0.02
    assert 0.35 < loud.mean() < 0.65
    written = [path.stat().st_mtime_ns for path in paths]
    assert telephone_files(tmp_path / "made", 150 / 3600, clips, minutes=1) == paths
    assert [path.stat().st_mtime_ns for path in paths] == written


def test_no_clips(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no speech"):
        telephone_files(tmp_path / "made", 0.01, tmp_path)
