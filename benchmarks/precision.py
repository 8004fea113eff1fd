"""What precision and engine are worth, and what they change: ``python -m benchmarks.precision``.

Speed with the published shapes, whose weights are random; changes with trained checkpoints, because the
near-ties of random weights fall either way.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

import demo
from benchmarks.bare_loop import GIVEN
from benchmarks.checkpoints import checkpoints
from benchmarks.difference import CLOSE, UNSURE, difference
from benchmarks.lengths import CLIP_S, WINDOW_S, clips
from benchmarks.machine import describe
from benchmarks.material import DEMO, decoded
from benchmarks.measure import interleaved, rates, ratios, timed, using_threads
from benchmarks.report import Cell, Table, earlier, show, wide_console, write
from benchmarks.settings import Settings, command_line, parse, settings_of
from benchmarks.ways import opened
from schemas.jobs import JOBS, Stream
from schemas.records import Failure
from transforms.models.batching import run_each
from transforms.models.door import Door, Result
from transforms.models.engines import is_installed
from transforms.models.precision import refusal

PLAIN = "fp32"
ENGINE = ("fp32-openvino", "bf16-openvino", *(("int8-openvino",) if refusal("cpu", "int8", "openvino") is None else ()))
WAYS = (PLAIN, "bf16", *(ENGINE if is_installed("openvino") else ()))
LISTS = {"sounds": "sounds.csv", "embeddings": "sounds.csv"}
"""Of the recordings that come as a folder; all other jobs hear ``speech.csv``."""
HEAD = Path(__file__).with_suffix(".md").read_text(encoding="utf-8").rstrip()
"""What the page says before its tables."""
DEMO_SPEECH, DEMO_SOUNDS = ("interviews/*", "survey/*", "digits/*"), ("scenes/*", "radio/*", "signals/*")
LONGEST_S: dict[Stream, float] = {"segments": 30.0, "clips": CLIP_S}
SPEED = ("job, family", "way", "seconds", "x", "times fp32 in torch")
CHANGES = (
    "job, family",
    "way",
    "given",
    "changed",
    "near-ties",
    "kept, %",
    "largest step of a probability",
    "lowest cosine",
)


def compare(settings: Settings, ways: Sequence[str] = WAYS) -> Table:
    """How fast each family is in each way, on decoded audio as long as a run's clips, in one thread."""
    rows: list[tuple[Cell, ...]] = []
    models = checkpoints(settings)
    patience = settings.patience.share(1 / len(models))
    with using_threads(1):
        for job in models:
            settings.patience.say(f"{job}: speed")
            doors = {way: opened(job, models[job], way, device=settings.device, threads=1) for way in ways}
            given = clips(GIVEN[JOBS[job].hears][0](settings.seconds), doors[PLAIN].rate)
            runs = {way: partial(_run, door, given, settings.batch_seconds) for way, door in doors.items()}
            for run in runs.values():  # a first pass over each length allocates and compiles
                run()
            took = interleaved({way: timed(run) for way, run in runs.items()}, replace(patience, say=lambda line: None))
            seconds = sum(map(len, given)) / doors[PLAIN].rate
            for way in ways:
                times = ratios(took[PLAIN], took[way])
                rows.append((_name(job, models[job]), way, f"{seconds:.0f}", rates(seconds, took[way]), times))
    return Table(
        f"Speed by precision and engine ({settings.size} models, {settings.device}, one thread)",
        SPEED,
        tuple(rows),
        (
            "A way is named as the `model` column names it; fp32 and bf16 are torch's.",
            "x is seconds of audio a second of wall time, features included, over clips as long as a run's.",
        ),
    )


def changes(
    models: Path, recordings: Path | None, settings: Settings, ways: Sequence[str] = WAYS, most: int | None = None
) -> Table:
    """What changes with trained checkpoints.

    Args:
        models: a folder with a checkpoint's folder for each job; jobs that are not there are left out.
        recordings: a folder with ``speech.csv`` and ``sounds.csv``, whose column ``path`` names files in it; None
            for the demo corpus.
        most: of the files of each list, evenly spread; None for all.
    """
    rows: list[tuple[Cell, ...]] = []
    missing = [job for job in JOBS if not (models / job / "config.json").exists()]
    with using_threads(1):
        for job in (job for job in JOBS if job not in missing):
            settings.patience.say(f"{job}: changes")
            plain = opened(job, models / job, PLAIN, device=settings.device, threads=1)
            given = _heard(job, plain, recordings, most)
            expected = _run(plain, given, settings.batch_seconds)
            for way in ways:
                if way != PLAIN:
                    door = opened(job, models / job, way, device=settings.device, threads=1)
                    change = difference(expected, _run(door, given, settings.batch_seconds))
                    rows.append((_name(job, models / job), way, *change.cells()))
    notes = [
        "Against fp32 in torch. Given and changed are words for transcripts (substituted, left out or put in), the "
        "likeliest label of each clip for emotions and sounds, clips for vectors. Near-ties are those of the changed "
        f"that fp32 was unsure of: labels less than {CLOSE} above the second, words of a confidence under {UNSURE}.",
        "Heard: the demo corpus, which is synthesised."
        if recordings is None
        else "Heard: recordings of people and things; the sounds for sounds and embeddings, speech for the others.",
    ]
    if missing:
        notes.append(f"Not measured, for want of a trained checkpoint: {', '.join(missing)}.")
    return Table("What changes with precision and engine (trained checkpoints)", CHANGES, tuple(rows), tuple(notes))


def _run(door: Door, given: Sequence[np.ndarray], budget: float) -> list[Result]:
    results: list[Result] = []
    for result in run_each(door, given, budget_seconds=budget):
        if isinstance(result, Failure):
            raise RuntimeError(f"a clip failed: {result.reason}: {result.message}")
        results.append(result)
    return results


def _heard(job: str, door: Door, recordings: Path | None, most: int | None) -> list[np.ndarray]:
    """The files of a job, cut into as few equal clips as can be of the length that the job is given at most."""
    found: list[np.ndarray] = []
    longest = LONGEST_S.get(JOBS[job].hears, WINDOW_S) * door.rate
    for path in _files(job, recordings, most):
        whole = decoded(path, door.rate)
        pieces = np.array_split(whole, max(1, int(np.ceil(len(whole) / longest))))
        found += [piece for piece in pieces if len(piece) >= door.min_samples]
    return found


def _files(job: str, recordings: Path | None, most: int | None) -> list[Path]:
    if recordings is None:
        patterns = DEMO_SOUNDS if job in LISTS else DEMO_SPEECH
        paths = sorted(path for pattern in patterns for path in DEMO.glob(pattern))
    else:
        with (recordings / LISTS.get(job, "speech.csv")).open(newline="", encoding="utf-8") as file:
            paths = [recordings / row["path"] for row in csv.DictReader(file)]
    if most is None or len(paths) <= most:
        return paths
    return [paths[i] for i in np.linspace(0, len(paths) - 1, most).round().astype(int)]


def _name(job: str, folder: Path) -> str:
    return f"{job}, {json.loads((folder / 'config.json').read_text())['model_type']}"


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser("python -m benchmarks.precision", description="Speed and changes by precision.")
    shipped = Path(demo.__file__).parent / "models"
    parser.add_argument("--models", type=Path, default=shipped, metavar="FOLDER", help="trained ones, a folder a job")
    parser.add_argument("--recordings", type=Path, metavar="FOLDER", help="with speech.csv, sounds.csv (default: demo)")
    parser.add_argument("--files", type=int, metavar="N", help="of each list, evenly spread (default: all)")
    parser.add_argument("--only", choices=("speed", "changes"), help="one of the two tables")
    arguments = parse(parser, words)
    machine, before = describe(), earlier(arguments.markdown, append=arguments.append)
    console = wide_console()
    tables: list[Table] = []
    with settings_of(arguments) as settings:
        makers: dict[str, Callable[[], Table]] = {
            "speed": lambda: compare(settings),
            "changes": lambda: changes(arguments.models, arguments.recordings, settings, most=arguments.files),
        }
        for name, make in makers.items():
            if arguments.only in (None, name):
                tables.append(make())
                show(console, tables[-1])
    if arguments.markdown:
        write(arguments.markdown, tables, machine, command_line("benchmarks.precision", words), before or HEAD)
    return 0


if __name__ == "__main__":
    sys.exit(main())
