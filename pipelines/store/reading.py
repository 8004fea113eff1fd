"""A snapshot that is read while others publish, and may remove it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import CommandError


@contextmanager
def reading(out: Path, snapshot: Path) -> Iterator[None]:
    """What is read within is of one snapshot, or is not given out.

    A folder that is removed while it is read fails in as many ways as there are libraries, or in none: a table of
    which no file is left has no rows.

    Raises:
        CommandError: the snapshot went meanwhile.
    """
    before = _identity(snapshot)
    try:
        yield
    except Exception:
        if _identity(snapshot) == before is not None:
            raise
    if _identity(snapshot) != before or before is None:
        raise CommandError(f"{out} was published anew while it was read: ask again") from None


def _identity(snapshot: Path) -> tuple[int, int] | None:
    """Which folder it is: another may have taken its name."""
    try:
        known = os.stat(snapshot)
    except OSError:
        return None
    return known.st_dev, known.st_ino
