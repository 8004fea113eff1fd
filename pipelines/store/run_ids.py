"""The ids of runs, which sort in the order of the runs; folders in a corpus are called by them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.files.regular import is_folder
from schemas.layout import ID, LEFT


def new_run_id(known: Iterable[str]) -> str:
    """UTC time to the microsecond and four random hex digits, behind every id that is known.

    Also where two runs begin within one second, or the clock was put back.
    """
    now = datetime.now(UTC)
    last = max(known, default=None)
    if last is not None and (at := began(last)) >= now:
        now = at + timedelta(microseconds=1)
    return f"{now:%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(2)}"


def runs_in(folder: Path) -> list[Path]:
    """The folders in ``staging`` or ``snapshots`` that a run has made, in the order of the runs."""
    if not is_folder(folder):
        return []
    named = (path for path in folder.iterdir() if ID.fullmatch(path.name.removesuffix(LEFT)))
    return sorted(path for path in named if is_folder(path))


def rewritten(run_id: str) -> str:
    """The name of a snapshot that was written anew without something: it sorts right behind the one before."""
    first, of, times = run_id.rpartition("Z-")
    digits, _, times = times.partition("-")
    return f"{first}{of}{digits}-{int(times or 0) + 1}"


def superseded(snapshots: Iterable[Path]) -> list[Path]:
    """Of the snapshots those that were written anew: whoever did it was killed before they were removed."""
    by_run: dict[str, list[Path]] = {}
    for path in snapshots:
        first, of, times = path.name.rpartition("Z-")
        by_run.setdefault(first + of + times.partition("-")[0], []).append(path)
    order = [
        sorted(those, key=lambda path: int(path.name.rpartition("Z-")[2].partition("-")[2] or 0))
        for those in by_run.values()
    ]
    return [path for those in order for path in those[:-1]]


def began(run_id: str) -> datetime:
    """When a run began; of an earlier version's id, which has no microseconds, the last of its second.

    Of what is no id it is the first moment that there is.
    """
    if not ID.fullmatch(run_id.removesuffix(LEFT)):
        return datetime.min.replace(tzinfo=UTC)
    written = run_id.partition("Z")[0]
    return datetime.strptime(f"{written:9<21}", "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
