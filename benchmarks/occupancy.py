"""How much of a machine whole runs use: ``python -m benchmarks.occupancy --hours 4 --run "--device cuda" --run ...``.

Files of speech and checkpoints of the published sizes are made first and kept in ``--cache``. Each run is the command
that a person would give, in a process of its own, with a limit of its own; one that does not end in time is ended, and
the next begins.
"""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.checkpoints import checkpoints
from benchmarks.machine import cores, describe
from benchmarks.report import Cell, Table, markdown, show, wide_console
from benchmarks.settings import REAL, TINY, Settings
from benchmarks.stacks import ROOT
from benchmarks.telephone import telephone_files
from benchmarks.watching import Watched, watch

CLIPS = ROOT / "demo" / "corpus"
SHORT_S = 20
"""Of the file whose run is taken for the start-up of the others."""
HEARD = re.compile(r"([\d.,]+) of [\d.,]+ h\b")
"""In a line of progress: the hours that are done."""
COLUMNS = (
    "run", "hours", "ended", "s", "s beyond start-up", "x", "x beyond start-up", "cores", "GPU, %", "GPU, GB",
    "processes", "GB", "largest, GB",
)  # fmt: skip
NOTES = (
    "x is seconds of audio a second. cores and GPU, %: the mean of what was busy, behind the start-up where it was "
    "measured. GB: the most resident memory of all processes together; pages that several share count in each.",
)


def main(words: Sequence[str] | None = None) -> int:
    """The command; 1 if a run failed or did not end in time."""
    parser = argparse.ArgumentParser("python -m benchmarks.occupancy", description="How much of a machine runs use.")
    parser.add_argument(
        "--run", action="append", default=[], metavar="WORDS", help="of one run, besides models and out"
    )
    parser.add_argument("--hours", type=float, default=1.0, metavar="H", help="of speech (default: 1)")
    parser.add_argument("--minutes", type=float, default=15.0, metavar="M", help="of one file (default: 15)")
    parser.add_argument("--clips", type=Path, default=CLIPS, metavar="FOLDER", help="of speech (default: the demo's)")
    parser.add_argument("--cache", type=Path, required=True, metavar="FOLDER", help="keeps files and checkpoints")
    parser.add_argument("--size", choices=(REAL, TINY), default=REAL, help="of the models (default: real)")
    parser.add_argument("--limit", type=float, default=120.0, metavar="S", help="of each run (default: 120)")
    parser.add_argument(
        "--stacks", type=float, default=4.0, metavar="S", help="between two looks; 0: none (default: 4)"
    )
    parser.add_argument("--stacks-from", type=float, default=0.0, metavar="S", help="no look before (default: 0)")
    parser.add_argument(
        "--start-up", action="store_true", help=f"measure it first for each run, by {SHORT_S} s of speech"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write tables and what the runs said there too")
    arguments = parser.parse_args(words)

    began = time.perf_counter()
    files = telephone_files(arguments.cache / "files" / f"{arguments.hours:g}h", arguments.hours, arguments.clips,
                            arguments.minutes)  # fmt: skip
    (short,) = telephone_files(arguments.cache / "files" / "short", SHORT_S / 3600, arguments.clips)
    made = time.perf_counter()
    models = checkpoints(Settings(arguments.cache, arguments.size))
    model_words = [word for job, folder in models.items() for word in ("--model", f"{job}={folder}")]
    print(f"{len(files)} files: {made - began:.0f} s; checkpoints: {time.perf_counter() - made:.0f} s", flush=True)

    rows: list[tuple[Cell, ...]] = []
    console, failed, said = wide_console(), False, []
    for number, asked in enumerate(arguments.run or [""]):
        out = arguments.cache / "out" / f"{number}"
        own = [*model_words, "--language", "en", *shlex.split(asked)]
        start_up = 0.0
        if arguments.start_up:
            first = _watched([short], out.with_name(f"{number}-short"), own, arguments.limit)
            start_up = first.seconds if first.code == 0 else 0.0
        since = max(start_up, arguments.stacks_from)
        done = _watched(files, out, own, arguments.limit, arguments.stacks, since)
        failed |= done.code != 0
        rows.append(_row(asked, done, arguments.hours, start_up))
        tables = [Table(f"A run on {cores()} cores", COLUMNS, (rows[-1],), NOTES), *done.stacks.tables()]
        for table in tables:
            show(console, table)
        tail = [f"  {at:6.1f}  {line}" for at, line in done.lines]
        print(*tail[-25:], sep="\n", flush=True)
        said += [*(line for table in tables for line in [*markdown(table), ""]), "```", *tail, "```", ""]
        if arguments.report:
            arguments.report.write_text("\n".join([*describe().lines(), "", *said]), encoding="utf-8")
    if len(rows) > 1:
        show(console, Table(f"All runs on {cores()} cores", COLUMNS, tuple(rows), NOTES))
    return int(failed)


def _watched(
    files: Sequence[Path], out: Path, words: Sequence[str], limit: float, stacks: float = 0.0, since: float = 0.0
) -> Watched:
    """A run into a folder that was not there."""
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-u", "-m", "pipelines", "run", *map(str, files), "--out", str(out), *words]
    return watch(command, limit, ROOT, stacks, since)


def _row(asked: str, done: Watched, hours: float, start_up: float) -> tuple[Cell, ...]:
    """One run; where it was ended, the hours are those that its last line of progress gave."""
    if done.code != 0:
        told = [HEARD.search(line) for _, line in done.lines]
        hours = max((float(one[1].replace(",", "")) for one in told if one), default=0.0)
    beyond = done.seconds - start_up if start_up else None
    at_work = replace(done, samples=[one for one in done.samples if one.at >= start_up])
    gpu_peak, peak, largest = (done.peak(name) for name in ("gpu_bytes", "resident", "largest"))
    return (
        asked or "(default)",
        f"{hours:.3g}",
        "its time was over" if done.code is None else "well" if done.code == 0 else f"with {done.code}",
        done.seconds,
        beyond,
        3600 * hours / done.seconds,
        3600 * hours / beyond if beyond and beyond > 0 else None,
        at_work.cores(),
        at_work.gpu(),
        None if gpu_peak is None else gpu_peak / 1e9,
        f"{done.peak('processes') or 0}",
        (peak or 0) / 1e9,
        (largest or 0) / 1e9,
    )


if __name__ == "__main__":
    sys.exit(main())
