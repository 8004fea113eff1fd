"""What a run would do and cost, from a timed sample."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipelines.run.asked import asked_of
from pipelines.run.headers import lengths
from pipelines.run.prepare import Prepared
from pipelines.run.work import execute, load_models, work_of
from pipelines.store.changes import Todo
from schemas.layout import PARQUET
from schemas.records import Source
from schemas.register import NO_CLUES, Clues

SAMPLE_SECONDS = 40.0
SAMPLE_FILES = 60
LONG_SECONDS = 30.0
"""Longer recordings are no sample where there are enough shorter ones: all workers should have some of it."""
PUBLISHING_SECONDS = 3.0
"""Audit and publish of a small corpus: 2.5 to 3.7 s on two cores, most of it imports."""


@dataclass(frozen=True)
class Estimate:
    """What a run would do, and what it would cost.

    Attributes:
        files: URIs that a run would take up.
        known: URIs that need nothing.
        headers: how many headers were read to know the hours; all of those of ``files`` that are new, or some.
        unreadable: of the files, those without a header that can be read, told from the ones that were tried.
        familiar: of the files, those that begin with a known sound: their rows would follow, and nothing be computed.
        audio_seconds: after these headers, which lie now and then; contents that several files hold count for each.
        sample_seconds: length of what was run as a sample.
        wall_seconds: what the whole would take, from the start of the process; None without a sample.
        disk_bytes: what its tables would take; None without a sample.
    """

    files: int
    unreadable: int
    headers: int
    audio_seconds: float
    sample_seconds: float
    wall_seconds: float | None
    disk_bytes: int | None
    known: int = 0
    all_headers: bool = True
    familiar: int = 0


def estimate(prepared: Prepared, todo: Todo, started: float | None = None, clues: Clues = NO_CLUES) -> Estimate:
    """Read some headers, run the pipeline over a sample into a folder that is thrown away, and scale up.

    Only what a run would take up counts; where it would make a few tables of a known recording, all are
    estimated.  No file is read but those of the sample: what the others hold, and which are copies, is not known.

    Args:
        clues: tell how the sounds begin that the corpus knows.
        started: when the process was, by ``time.monotonic``; now, if it is not said.
    """
    again = {one.source.uri: (one.source, one.seconds) for known in todo.again.values() for one in known}
    files = sum(len(source.files) for source in (*todo.new, *(source for source, _ in again.values())))
    if not files:
        return Estimate(0, 0, 0, 0.0, 0.0, None, None, todo.skipped)
    start = time.monotonic() - started if started is not None else 0.0
    found = lengths(todo.new, asked_of(prepared.config), clues)
    total = found.seconds + sum(seconds for _, seconds in again.values())
    told = partial(
        Estimate,
        files,
        found.unreadable,
        found.read,
        total,
        known=todo.skipped,
        all_headers=found.read == len(todo.new),
        familiar=found.familiar,
    )
    sample = choose_sample([*found.drawn, *(one for one in again.values() if one[1] > 0)])
    if not sample:
        return told(0.0, None, None)
    began = time.monotonic()
    load_models(work_of(prepared, "dry-run", Path(), None))
    loading = time.monotonic() - began
    shortest = min(sample, key=lambda one: one[1])
    sampled = sum(seconds for _, seconds in sample)
    with tempfile.TemporaryDirectory(prefix="earwitness-") as folder:
        # The first pass over a model compiles and allocates, as a run does once.
        first = _timed(prepared, [shortest], Path(folder) / "first")
        second = _timed(prepared, [shortest], Path(folder) / "second")
        third = _timed(prepared, sample, Path(folder) / "whole")
        written = sum(p.stat().st_size for p in (Path(folder) / "whole").rglob(f"*{PARQUET}"))
    a_second = seconds_a_second(shortest[1], second, sampled, third)
    a_second *= evenness([seconds for _, seconds in sample], prepared.runner.workers)
    wall = start + loading + first + a_second * max(0.0, total - shortest[1]) + PUBLISHING_SECONDS
    return told(sampled, wall, math.ceil(written * total / sampled))


def choose_sample(drawn: Sequence[tuple[Source, float]]) -> list[tuple[Source, float]]:
    """Files with their seconds, in the order in which they were drawn, until there is enough.

    Where there are too few short ones the shortest are taken; of a corpus of long recordings that is one, whole.
    """
    pool = [one for one in drawn if one[1] <= LONG_SECONDS]
    if sum(seconds for _, seconds in pool) < SAMPLE_SECONDS:
        pool = sorted(drawn, key=lambda one: one[1])
    chosen: list[tuple[Source, float]] = []
    for one in pool[:SAMPLE_FILES]:
        chosen.append(one)
        if sum(seconds for _, seconds in chosen) >= SAMPLE_SECONDS:
            break
    return chosen


def evenness(seconds: Sequence[float], workers: int) -> float:
    """What a pass would take if its files were spread evenly over the workers, over what it takes: 0 to 1."""
    even = sum(seconds) / workers
    return even / max(even, *seconds)


def seconds_a_second(short: float, took: float, long: float, took_longer: float) -> float:
    """What a second of audio takes, out of two passes of different lengths: the rest of a pass is there only once.

    Where the longer one is hardly longer, the rest cannot be told apart.
    """
    share = took_longer / long
    if long < 2 * short:
        return share
    return min(share, max((took_longer - took) / (long - short), share / 10))


def _timed(prepared: Prepared, sample: Sequence[tuple[Source, float]], folder: Path) -> float:
    folder.mkdir()
    some = replace(prepared, sources=tuple(source for source, _ in sample))
    work = work_of(some, "dry-run", folder, None)
    began = time.monotonic()
    execute(work, prepared.runner)
    return time.monotonic() - began
