"""What a command takes before and after its work: each as a process of its own, as a person starts it."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import soundfile

from benchmarks.footprint import ROOT
from benchmarks.machine import cores
from benchmarks.material import speech
from benchmarks.measure import Spread, interleaved, spread
from benchmarks.nights import FILES, WANTED, night_in
from benchmarks.report import Cell, Table
from benchmarks.settings import REAL, Settings

RATE, SECONDS = 16_000, 10.0
COLUMNS = ("command", "wall s", "core s")
HELP, BARE, DEMO = "--help", "10 s without models", "10 s with the demo's models"
NIGHT = "a night without news, {:,} files"
COMMANDS = {
    "status": ("status", "{corpus}"),
    "tables": ("tables", "{corpus}"),
    "query": ("query", "{corpus}", "SELECT count(*) FROM segments"),
    "mentions": ("mentions", "{corpus}", "acme"),
    "methods": ("methods", "{corpus}"),
    "models": ("models",),
    "search": ("search", "{corpus}", "rain"),
    "report": ("report", "{corpus}"),
    "tag": ("tag", "{corpus}", "{prompts}"),
    "forget": ("forget", "{corpus}", "0" * 32),
}
"""Commands over the corpus of those ten seconds.  ``forget`` ends in a line of refusal, as no recording has this id:
what it imports it has imported by then."""


@dataclass(frozen=True)
class Took:
    """Seconds of one process and of all that it started."""

    wall: float
    core: float


def took(words: Sequence[str], before: Callable[[], None] = lambda: None, *, may_refuse: bool = False) -> Took:
    """Start the command and wait for its end.

    Args:
        before: what is done first, and not timed.

    Raises:
        RuntimeError: it failed; with the end of what it wrote.
    """
    before()
    core, began = _core_seconds(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", *words],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode and not may_refuse:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return Took(seconds, _core_seconds() - core)


def _core_seconds() -> float:
    """Of the children of this process that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(settings: Settings) -> list[Table]:
    """The help, a run over ten seconds without and with the demo's models, other commands, and a night without news."""
    files = FILES if settings.size == REAL else 100
    with settings.scratch() as folder:
        audio, corpus = folder / "ten.wav", folder / "corpus"
        soundfile.write(audio, speech(SECONDS, RATE), RATE)
        (folder / "prompts.yaml").write_text("- the sound of rain\n", encoding="utf-8")
        run = ["run", str(audio), "--language", "en"]
        with_demo = [*run, "--models", "demo"]
        took([*with_demo, "--out", str(corpus)])
        archive, known = night_in(folder / "night", files)
        night = ["run", str(archive), "--out", str(known), "--tables", ",".join(WANTED)]
        contenders: dict[str, Callable[[], Took]] = {
            HELP: partial(took, ["--help"]),
            BARE: _anew(folder / "bare", [*run, *_NO_MODELS]),
            DEMO: _anew(folder / "demo", with_demo),
            NIGHT.format(files): partial(took, night),
        }
        for name, words in COMMANDS.items():
            told = [word.format(corpus=corpus, prompts=folder / "prompts.yaml") for word in words]
            contenders[name] = partial(took, told, may_refuse=name == "forget")
        done = interleaved(contenders, settings.patience)
    rows: list[tuple[Cell, ...]] = []
    measured: dict[str, Spread] = {}
    goals = {f"{HELP}, wall", f"{BARE}, wall", f"{BARE}, CPU", f"{DEMO}, wall", f"{NIGHT.format(FILES)}, wall"}
    for name, each in done.items():
        wall, core = spread([one.wall for one in each]), spread([one.core for one in each])
        rows.append((name, wall, core))
        measured |= {f"{name}, wall": wall, f"{name}, CPU": core}
    return [
        Table(
            f"Start-up: whole commands ({cores()} cores)",
            COLUMNS,
            tuple(rows),
            (
                "Each is a process of its own, from its start to its end, Python's own start included; core seconds "
                "are of it and of all that it started.",
                f"The run hears {SECONDS:.0f} s of speech at {RATE // 1000} kHz into a new corpus; the other commands "
                "read the corpus of such a run. The night lists files of ten seconds and finds that it knows them all.",
                "The first round may read from the disk what the others find in memory.",
            ),
            {name: figure for name, figure in measured.items() if name in goals},
        )
    ]


_NO_MODELS = ("--tables", "windows,frames,spectrograms,segments,prosody")


def _anew(out: Path, words: Sequence[str]) -> Callable[[], Took]:
    """A run into a folder that is not there."""
    return partial(took, [*words, "--out", str(out)], partial(shutil.rmtree, out, ignore_errors=True))
