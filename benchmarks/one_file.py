"""One long file against two halves of it: whether a single recording uses every core."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import soundfile

from benchmarks.checkpoints import checkpoints
from benchmarks.machine import cores
from benchmarks.material import speech
from benchmarks.measure import beyond, interleaved, ratios, spread
from benchmarks.report import Cell, Table
from benchmarks.runs import NOTHING, prepared, timed_run
from benchmarks.settings import Settings
from pipelines.run.run import Prepared

RATE = 22_050
LONGER = 6
"""The file is so many times ``Settings.seconds``: what a run costs however little it hears would hide the rest."""
COLUMNS = ("tables", "one file, s", "two halves, s", "one file / two halves")


def compare(settings: Settings) -> list[Table]:
    """Runs over one file and over its halves, with all models and without any."""
    seconds = LONGER * settings.seconds
    kinds = {"without models": {}, f"all, {settings.size} models": checkpoints(settings)}
    rows: list[tuple[Cell, ...]] = []
    with settings.scratch() as folder:
        long, halves = _write(folder, seconds)
        for tables, models in kinds.items():
            ready = partial(prepared, out=folder / "out", models=models, device=settings.device)
            contenders = {"long": ready([long]), "halves": ready([halves]), "empty": ready([NOTHING])}
            took = interleaved(
                {name: partial(_seconds, one) for name, one in contenders.items()},
                settings.patience.share(1 / len(kinds)),
            )
            one, two = (beyond(took[name], took["empty"]) for name in ("long", "halves"))
            rows.append((tables, spread(one), spread(two), ratios(one, two)))
    return [
        Table(
            f"One file of {seconds / 60:.1f} min against two halves of it ({cores()} cores, {settings.device})",
            COLUMNS,
            tuple(rows),
            (
                f"{RATE / 1000:g} kHz mono FLAC, all of it speech, its halves cut in the middle.",
                "Start-up left out: less the seconds of a run of the same round over a file that holds no audio.",
            ),
        )
    ]


def _seconds(ready: Prepared) -> float:
    return timed_run(ready).seconds


def _write(folder: Path, seconds: float) -> tuple[Path, Path]:
    """The file, and a folder with its halves."""
    samples = speech(seconds, RATE)
    long, halves = folder / "long.flac", folder / "halves"
    halves.mkdir()
    soundfile.write(long, samples, RATE, subtype="PCM_16")
    middle = len(samples) // 2
    for name, half in (("a", samples[:middle]), ("b", samples[middle:])):
        soundfile.write(halves / f"{name}.flac", half, RATE, subtype="PCM_16")
    return long, halves
