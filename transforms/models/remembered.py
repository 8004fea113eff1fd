"""Hashes of weights that this machine has made before: several processes, and the next run, need not make them anew."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from transforms.cache import cache_folder, keep

SETTLED_SECONDS = 2.0
"""What changed later than that may change once more without another time: some file systems count whole seconds."""

_BLOCK = 1 << 20


def hash_of(files: Sequence[Path]) -> str:
    """The SHA-256 of the files one behind the other, in hex.

    It is remembered with the size, times, device and inode of each file, so that files which were changed, or replaced
    by others, are read again.  Without a folder to write into nothing is remembered.

    Raises:
        OSError: one cannot be read.
    """
    before = [_seen(path) for path in files]
    place = _place(files)
    if (known := _recalled(place, before)) is not None:
        return known
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    made = digest.hexdigest()
    after = [_seen(path) for path in files]
    latest = max(max(times[1:3]) for times in after) if after else 0
    if before == after and time.time() - latest / 1e9 > SETTLED_SECONDS:
        _remember(place, after, made)
    return made


def _seen(path: Path) -> list[int]:
    """What changes when a file does.  The time of its last change of any kind tells where the other was set back."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino]


@cache
def own_source() -> str:
    """The SHA-256 of what Earwitness says of checkpoints, and of how it computes them: what is kept by it is made anew
    when that has changed."""
    here = Path(__file__).resolve()
    digest = hashlib.sha256()
    for path in sorted([*here.parent.glob("*.py"), *(here.parents[2] / "schemas").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _place(files: Sequence[Path]) -> Path:
    """Where the hash of these files is kept: one small file each, so that writers never meet in one."""
    paths = "\0".join(os.path.realpath(path) for path in files)
    return cache_folder() / "hashes" / f"{hashlib.sha256(os.fsencode(paths)).hexdigest()[:32]}.json"


def _recalled(place: Path, seen: list[list[int]]) -> str | None:
    """What stands there, where it is of files as they are now."""
    try:
        kept = json.loads(place.read_text())
    except (OSError, ValueError):
        return None
    fits = isinstance(kept, dict) and kept.get("files") == seen and isinstance(kept.get("sha256"), str)
    return kept["sha256"] if fits and len(kept["sha256"]) == 64 else None


def _remember(place: Path, seen: list[list[int]], made: str) -> None:
    with suppress(OSError, RuntimeError):  # a full or foreign disk, a home that is not known: it is made anew next time
        keep(place, {"files": seen, "sha256": made})
