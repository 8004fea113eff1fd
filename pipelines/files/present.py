"""Which of several files of one content is there now."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable


def first_there(files: Iterable[tuple[str, int]]) -> str | None:
    """The first of some files, each with its size in bytes, that can be read now and has that size; None of none."""
    return next((path for path, size in files if _is_there(path, size)), None)


def _is_there(path: str, size: int) -> bool:
    try:
        known = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(known.st_mode) and known.st_size == size and os.access(path, os.R_OK)
