"""What goes out of the folder of a corpus: only what bears a name that nobody else gives, and never through a link."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from pathlib import Path

from pipelines.files.regular import is_file, is_folder
from schemas.layout import CURRENT, GOING, GROWING, ID, LEFT, LOCK, PASSING, STAGING, SWITCHING

GROWING_SECONDS = 3600.0
"""What grows for longer is nobody's any more."""
_SWITCH = re.compile(rf"{re.escape(PASSING)}\w+{re.escape(SWITCHING)}|\.{CURRENT}-{ID.pattern}")
_BEFORE = re.compile(rf"\.(?:{ID.pattern}(?:{LEFT})?|{STAGING})")
"""What earlier versions called a folder that they were about to remove."""


def remove(folder: Path) -> None:
    """Remove a folder of ours, under another name first.

    So there is never half a snapshot under its own, and workers that are still at it find no place to write to.  What
    cannot be removed now (files that somebody has open on NFS), the next run tries again.
    """
    given_up = folder.with_name(passing(GOING))
    os.rename(folder, given_up)
    shutil.rmtree(given_up, ignore_errors=True)


def passing(ending: str) -> str:
    """A name that nobody else gives, for what is only there for a moment."""
    return f"{PASSING}{secrets.token_hex(8)}{ending}"


def sweep(folder: Path) -> None:
    """Remove what was there for a moment when a run was killed."""
    for path in folder.iterdir():
        kind = path.suffix if path.name.startswith(PASSING) else ""
        # filelock leaves one of these of a lock whose holder was gone.
        grows = kind == GROWING or path.name.startswith(f"{LOCK}.break.")
        if is_folder(path) and (kind == GOING or _BEFORE.fullmatch(path.name)):
            shutil.rmtree(path, ignore_errors=True)
        elif (path.is_symlink() and _SWITCH.fullmatch(path.name)) or (grows and _is_old(path)):
            path.unlink()


def _is_old(path: Path) -> bool:
    return is_file(path) and time.time() - path.stat().st_mtime > GROWING_SECONDS
