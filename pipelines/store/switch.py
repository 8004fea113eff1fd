"""Which snapshot of a corpus readers see, and the one step in which that changes.

``OUT/current`` is a link.  Where the file system knows no links (exFAT, some network shares), ``OUT/current.txt`` names
the snapshot instead; tools that know nothing of us then read ``OUT/snapshots/NAME/<table>/*.parquet``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from pipelines.errors import CommandError
from pipelines.files.atomic import write_whole
from pipelines.files.regular import is_file, is_folder
from pipelines.store.clearing import passing
from schemas.layout import CURRENT, PARQUET, POINTER, SHOWN, SNAPSHOTS, SWITCHING

NO_SYMLINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
"""What file systems answer that know no symbolic links; a folder that may not be written says EACCES or EROFS."""


def shown_name(out: Path) -> str | None:
    """The name of the published snapshot, whether or not it is there."""
    current = out / CURRENT
    try:
        if current.is_symlink():
            said = os.readlink(current)
        elif is_file(out / POINTER):
            said = (out / POINTER).read_text(encoding="utf-8").strip()
        else:
            return None
    except (OSError, UnicodeDecodeError):
        return None
    target = SHOWN.fullmatch(said)
    return target[1] if target else None


def shown(out: Path) -> Path | None:
    """The snapshot that readers see now, resolved; None where nothing is published."""
    name, current = shown_name(out), out / CURRENT
    if name is not None:
        snapshot = out.resolve() / SNAPSHOTS / name
        return snapshot if is_folder(snapshot) else None
    return current.resolve() if is_folder(current) else None  # a copy of a corpus may have a folder in its place


def read_shown(out: Path) -> Path | None:
    """The published snapshot; None for a corpus that has none yet.

    Raises:
        CommandError: what is to show it shows none: a run would take all recordings for new, and publish without the
            rest.
    """
    snapshot = shown(out)
    for name in (CURRENT, POINTER) if snapshot is None else ():
        if os.path.lexists(out / name):
            named = shown_name(out)
            gone = f" ({SNAPSHOTS}/{named} is not there)" if named else ""
            raise CommandError(
                f"{out / name} shows no snapshot of this corpus{gone}: let it show one of those in {out / SNAPSHOTS}, "
                f"as {SNAPSHOTS}/NAME, or put the corpus back from a backup"
            )
    return snapshot


def seen_at(out: Path, table: str = "<table>") -> str:
    """The glob by which any tool finds the files of a table: through the link, or where there is none past it."""
    name = shown_name(out)
    folder = out / CURRENT if name is None or (out / CURRENT).is_symlink() else out / SNAPSHOTS / name
    return f"{folder / table}/*{PARQUET}"


def has_links(out: Path) -> bool:
    """Whether the file system of ``out`` knows symbolic links: tried, since the work of a night depends on it.

    Raises:
        OSError: it cannot be written.
    """
    trial = out / passing(SWITCHING)
    try:
        os.symlink(SNAPSHOTS, trial)
    except OSError as error:
        if error.errno not in NO_SYMLINKS:
            raise
        return False
    trial.unlink()
    return True


def show(out: Path, name: str) -> None:
    """Let readers see the snapshot ``name``: after a loss of power they see it or the one before."""
    target = f"{SNAPSHOTS}/{name}"  # within OUT, so that the folder can be moved as a whole
    if has_links(out):
        switch = out / passing(SWITCHING)
        os.symlink(target, switch)
        os.replace(switch, out / CURRENT)
        (out / POINTER).unlink(missing_ok=True)
    else:
        write_whole(out / POINTER, f"{target}\n".encode())
        (out / CURRENT).unlink(missing_ok=True)  # a link of before, which would be believed


def published_or(out: Path, otherwise: Callable[[], str]) -> Callable[[], str]:
    """Whether readers see something else than before; call it before the command publishes."""
    before = shown(out)
    return lambda: "the tables were published" if shown(out) != before else otherwise()
