"""A folder for what nobody else is to read and nothing is to be left of: logs, and what a question spills."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

KEPT = "earwitness-failure-"
"""How folders of :func:`kept_folder` are called."""
NAMED = re.compile(r"earwitness-(\d+)-\w+")
"""Ours with the number of the process: nothing else is ever removed."""


class PrivateFolder:
    """A fresh folder under the system's temporary one, that only this user can open; removed when it is closed.

    It is removed too when nobody holds it any more, and at the end of the process.  What a process left that was
    killed, the next one removes.

    Attributes:
        path: of the folder.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self) -> None:
        remove_abandoned()
        # mkdtemp lets nobody else in, and takes a name that was not there
        self.path = Path(tempfile.mkdtemp(prefix=f"earwitness-{os.getpid()}-"))
        lock = os.open(self.path, os.O_RDONLY)  # let go by the system, however the process ends
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._finish = weakref.finalize(self, _remove, self.path, lock, os.getpid())

    def close(self) -> None:
        self._finish()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def kept_folder() -> Path:
    """A fresh private folder for what a person is to read, which stays.

    Raises:
        OSError: it cannot be made.
    """
    return Path(tempfile.mkdtemp(prefix=KEPT))


def remove_abandoned() -> None:
    """Remove the folders of this user's processes that are gone; what cannot be removed stays."""
    with suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            match = NAMED.fullmatch(entry.name)
            if match and _is_own(entry.path) and not _is_alive(int(match[1])):
                _remove_unlocked(entry.path)


def _remove(path: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:  # not in a worker that was forked meanwhile
        shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        os.close(lock)


def _is_own(path: str) -> bool:
    with suppress(OSError):
        known = os.lstat(path)
        return stat.S_ISDIR(known.st_mode) and known.st_uid == os.getuid()
    return False


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # of another user, or no number of a process
        return True
    return True


def _remove_unlocked(path: str) -> None:
    """The number may be of a process in another container with the same temporary folder: that one holds its lock."""
    with suppress(OSError):
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(lock)
