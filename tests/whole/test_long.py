"""A recording of ten hours needs no more memory than one of a minute."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.pipelines.corpora import DEMO

RATE = 16_000
ALLOWED_MB = 300


def make(path: Path, seconds: float) -> Path:
    """A FLAC file of the demo interview over and over."""
    samples, rate = soundfile.read(DEMO / "interviews" / "taste.mp3", dtype="float32", always_2d=True)
    interview = soxr.resample(samples.mean(axis=1), rate, RATE)
    with soundfile.SoundFile(path, "w", RATE, 1, format="FLAC", subtype="PCM_16") as file:
        left = round(seconds * RATE)
        while left > 0:
            file.write(np.clip(interview[:left], -1, 1))
            left -= len(interview)
    return path


def peak_mb(path: Path, out: Path, models: Path) -> float:
    """Peak resident memory of a run over ``path``."""
    command = [sys.executable, "-m", "pipelines", "run", str(path), "--out", str(out)]
    for folder in models.iterdir():
        command += ["--model", f"{folder.name}={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss / 1024


@pytest.mark.soak
def test_memory_of_ten_hours(demo_models: dict[str, Path], tmp_path: Path) -> None:
    models = next(iter(demo_models.values())).parent
    short = peak_mb(make(tmp_path / "minute.flac", 60), tmp_path / "short", models)
    long = peak_mb(make(tmp_path / "hours.flac", 36_000), tmp_path / "long", models)
    print(f"peak memory: {short:.0f} MB for a minute, {long:.0f} MB for ten hours")
    assert long < short + ALLOWED_MB
