"""What an hour of audio costs, and how much memory a run needs, as the corpus grows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.footprint import Footprint, footprint
from benchmarks.machine import cores
from benchmarks.material import sounds, speech
from benchmarks.measure import Spread, interleaved, spread
from benchmarks.report import Cell, Table
from benchmarks.settings import Settings

RATE = 44_100
FILES = 4
"""In the corpus at 1x, each as long as ``Settings.seconds``."""
TIMES = (1, 4, 16)
COLUMNS = ("corpus", "hours", "wall s an hour", "core s an hour", "core s an hour of what was added", "peak MB")


def compare(settings: Settings, times: Sequence[int] = TIMES) -> list[Table]:
    """Runs without models over ``times`` as many files, in a process each."""
    with settings.scratch() as folder:
        warm = folder / "warm.flac"
        _write(warm, speech(3.0, RATE), 0)
        copies = [folder / f"copy{i}" for i in range(max(times))]
        _fill(copies, settings.seconds)
        measured = interleaved(
            {n: partial(footprint, copies[:n], warm, folder / "out") for n in times}, settings.patience
        )
    rows: list[tuple[Cell, ...]] = []
    smaller: list[Footprint] = []
    for n, done in measured.items():
        rows.append(
            (
                f"{n}x",
                f"{done[0].audio_seconds / 3600:.3f}",
                spread([one.seconds * 3600 / one.audio_seconds for one in done]),
                spread([one.core_seconds * 3600 / one.audio_seconds for one in done]),
                spread([_added(*both) for both in zip(smaller, done, strict=True)]) if smaller else None,
                spread([one.peak_bytes / 1e6 for one in done]),
            )
        )
        smaller = done
    return [
        Table(
            "The cost of an hour of audio, and the peak of memory, as the corpus grows",
            COLUMNS,
            tuple(rows),
            (
                f"A run without models on {cores()} cores: decoding, speech detection, windows, frames (with f0), "
                "spectrograms, segments, prosody, audit, publishing. Imports are left out of the time, not of memory.",
                f"At 1x {FILES} files of {settings.seconds:.0f} s, 44.1 kHz mono FLAC, half of it speech; beyond it "
                "copies with some samples changed, so that each is a recording of its own.",
                "What was added: against the row above, so that the start-up, which every run has once, cancels out.",
                "Every run is a process of its own; its peak is the high-water mark of its resident memory.",
            ),
            {"without models": last} if isinstance(last := rows[-1][4], Spread) else {},
        )
    ]


def _added(smaller: Footprint, larger: Footprint) -> float:
    """Core seconds an hour of the audio that the larger corpus holds beyond the smaller one: no start-up in it."""
    return (larger.core_seconds - smaller.core_seconds) * 3600 / (larger.audio_seconds - smaller.audio_seconds)


def _fill(copies: Sequence[Path], seconds: float) -> None:
    """Write the same files into each folder, but for their first samples."""
    said, heard = (np.array_split(make(FILES * seconds / 2, RATE), FILES) for make in (speech, sounds))
    for number, folder in enumerate(copies):
        folder.mkdir()
        for i, halves in enumerate(zip(said, heard, strict=True)):
            _write(folder / f"{i}.flac", np.concatenate(halves), number)


def _write(path: Path, samples: np.ndarray, copy: int) -> None:
    """16-bit FLAC; ``copy`` sets the first samples, to less than -50 dBFS."""
    samples = samples.copy()
    samples[:8] = [(copy >> bit & 1) / 512 for bit in range(8)]
    soundfile.write(path, samples, RATE, subtype="PCM_16")
