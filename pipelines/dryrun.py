"""What a run would do and cost, from a timed sample."""

from __future__ import annotations

import math
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from pipelines.plural import counted
from pipelines.run import Prepared, execute, load_models, work_of
from pipelines.todo import Todo
from schemas.records import Recording
from transforms.identify import identify
from transforms.plan import join_copies

SAMPLE_SECONDS = 60.0
SAMPLE_FILES = 20


@dataclass(frozen=True)
class Estimate:
    """Attributes:
    files: URIs that a run would take up.
    known: URIs that need nothing.
    unreadable: of them, those that could not even be hashed.
    copies: URIs whose content another one holds.
    audio_seconds: after the headers, which lie now and then; each content once.
    sample_seconds: length of what was run as a sample.
    wall_seconds: what the whole would take, models loaded included; None without a sample.
    disk_bytes: what its tables would take; None without a sample.
    """

    files: int
    unreadable: int
    copies: int
    audio_seconds: float
    sample_seconds: float
    wall_seconds: float | None
    disk_bytes: int | None
    known: int = 0


def estimate(prepared: Prepared, todo: Todo) -> Estimate:
    """Read every header, run the pipeline over a sample into a folder that is thrown away, and scale up.

    Only what a run would take up counts; where it would make a few tables of a known recording, all are
    estimated.  The sample is of recordings of middling length, up to a minute or twenty files; of a corpus of long
    recordings that is one of them, whole.
    """
    again = tuple(one.source for known in todo.again.values() for one in known)
    prepared = replace(prepared, sources=(*todo.new, *again))
    if not prepared.sources:
        return Estimate(0, 0, 0, 0.0, 0.0, None, None, todo.skipped)
    began = time.monotonic()
    load_models(work_of(prepared, "dry-run", Path(), None))
    loading = time.monotonic() - began
    with ThreadPoolExecutor() as pool:
        known = list(pool.map(identify, prepared.sources))
    recordings, failed = join_copies(known)
    total = sum(r.seconds for r in recordings)
    files, copies = len(known), len(known) - len(failed) - len(recordings)
    sample = _sample([r for r in recordings if r.seconds > 0])
    if not sample:
        return Estimate(files, len(failed), copies, total, 0.0, None, None, todo.skipped)
    with tempfile.TemporaryDirectory(prefix="earwitness-") as folder:
        some = replace(prepared, sources=tuple(r.sources[0] for r in sample))
        work = work_of(some, "dry-run", Path(folder), None)
        # The first pass over a model compiles and allocates; only the second is timed.
        execute(replace(work, sources=work.sources[:1]), prepared.engine)
        began = time.monotonic()
        execute(work, prepared.engine)
        seconds = time.monotonic() - began
        written = sum(p.stat().st_size for p in Path(folder).rglob("*.parquet"))
    sampled = sum(r.seconds for r in sample)
    scale = total / sampled
    wall, disk = loading + seconds * scale, math.ceil(written * scale)
    return Estimate(files, len(failed), copies, total, sampled, wall, disk, todo.skipped)


def _sample(recordings: list[Recording]) -> list[Recording]:
    """Neighbours of the median length, until there is enough."""
    by_length = sorted(recordings, key=lambda r: r.seconds)
    middle = len(by_length) // 2
    order = sorted(range(len(by_length)), key=lambda i: abs(i - middle))
    chosen: list[Recording] = []
    for i in order[:SAMPLE_FILES]:
        chosen.append(by_length[i])
        if sum(r.seconds for r in chosen) >= SAMPLE_SECONDS:
            break
    return chosen


def show_estimate(console: Console, prepared: Prepared, guess: Estimate) -> None:
    """Print it."""
    copies = [counted(guess.copies, "copy", "copies")] if guess.copies else []
    unreadable = [f"{guess.unreadable:,} unreadable"] if guess.unreadable else []
    extra = f" ({', '.join(copies + unreadable)})" if copies + unreadable else ""
    lines = [
        f"{counted(guess.files, 'file')}{extra}, {guess.audio_seconds / 3600:.3g} hours of audio after their headers",
        f"tables: {', '.join(prepared.tables)}",
        *(f"  {job:12} {checkpoint}" for job, checkpoint in prepared.checkpoints.items()),
    ]
    if guess.known:
        lines.insert(1, f"{counted(guess.known, 'known file')} beside them that need nothing")
    console.print("\n".join(lines), highlight=False, markup=False)
    if not guess.files:
        console.print("nothing to do", highlight=False)
        return
    if guess.wall_seconds is None or guess.disk_bytes is None:
        console.print("no time or disk is estimated: no file has a readable header", style="yellow")
        return
    workers = counted(prepared.engine.workers, "worker")
    console.print(
        f"about {_duration(guess.wall_seconds)} and {guess.disk_bytes / 1e6:,.1f} MB on disk, "
        f"from a sample of {guess.sample_seconds:.0f} s on this machine with {workers}",
        highlight=False,
    )
    console.print("nothing was written", highlight=False)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return counted(max(1, round(seconds)), "second")
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
