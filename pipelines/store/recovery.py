"""What runs leave behind in a corpus: finished or taken back where one was killed, and cleared away where it is old."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path

from pipelines.files.regular import is_folder
from pipelines.store.clearing import remove, sweep
from pipelines.store.run_ids import runs_in, superseded
from pipelines.store.switch import shown_name
from schemas.layout import GROWING, NEXT, PARQUET, PASSES, REJECTED, SNAPSHOTS, STAGING


def recover(out: Path) -> None:
    """Finish or take back what a run was at when it was killed within its publish.

    A snapshot that was written anew gives way to what took its place, one that was renamed and never shown goes, and of
    what was staged only that stays which the next run goes on from, or which was kept to be looked at.
    """
    staging, snapshots, shown = out / STAGING, out / SNAPSHOTS, shown_name(out)
    if shown is not None and is_folder(staging / shown):
        clear(out)
    for old in superseded(runs_in(snapshots)):
        if old.name != shown:
            remove(old)
    for staged in runs_in(staging):
        if is_folder(snapshots / staged.name):
            remove(snapshots / staged.name)
    for staged in runs_in(staging):
        if not (staged / REJECTED).exists():
            keep_what_is_whole(staged)
    for folder in (out, staging, snapshots):
        if is_folder(folder) or folder == out:
            sweep(folder)
    tidy(out)


def clear(out: Path) -> None:
    """Remove all that runs have staged."""
    shown = shown_name(out)
    # That of the published snapshot last: it says to the next run that the rest is published, too.
    for run in sorted(runs_in(out / STAGING), key=lambda path: path.name == shown):
        remove(run)
    tidy(out)


def collect(out: Path, keep: int) -> None:
    """Remove the snapshots before the last ``keep``; a run's id begins with its time."""
    shown = shown_name(out)
    others = [path for path in runs_in(out / SNAPSHOTS) if path.name != shown]
    for old in others[: max(0, len(others) - (keep - 1))]:
        remove(old)


def has_whole_shards(staged: Path) -> bool:
    """Whether a run has left something that the next one goes on from."""
    return any((staged / PASSES).glob(f"*/files/[!.]*{PARQUET}"))


def keep_what_is_whole(staged: Path) -> None:
    """Leave of a run only the shards that are whole, and without any nothing."""
    if not has_whole_shards(staged):
        remove(staged)
        return
    if is_folder(staged / NEXT):
        shutil.rmtree(staged / NEXT, ignore_errors=True)
    for growing in chain(staged.glob(f"{PASSES}/*/.*{GROWING}"), staged.glob(f"{PASSES}/*/*/.*{GROWING}")):
        growing.unlink(missing_ok=True)


def tidy(out: Path) -> None:
    """Leave no empty folder of what was staged."""
    staging = out / STAGING
    if is_folder(staging) and not any(staging.iterdir()):
        staging.rmdir()
