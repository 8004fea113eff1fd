"""Regular files: a link leads elsewhere, and a pipe in the place of a file would wait for ever."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipelines.files.damage import DamagedError, GoneError, in_short


def is_folder(path: Path) -> bool:
    """Whether it is a folder itself, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def is_file(path: Path) -> bool:
    """Whether it is a regular file itself, and no link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def check_file(path: Path) -> None:
    """Refuse what is no file that can be read.

    Raises:
        DamagedError: it is no regular file, or may not be looked at.
        GoneError: it is not there.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if os.path.islink(path):
            raise DamagedError(path, "is a link to nothing") from None
        raise GoneError(f"{path} is gone: the corpus was moved, or published anew meanwhile: try again") from None
    except (OSError, ValueError) as error:
        raise DamagedError(path, f"cannot be read ({in_short(error)})") from None
    if not stat.S_ISREG(mode):
        raise DamagedError(path, f"is {'a folder' if stat.S_ISDIR(mode) else 'a pipe or a device'}, no file")


def read_bytes(path: Path) -> bytes:
    """What stands in a file.

    Raises:
        DamagedError: it is none, or may not be read.
        GoneError: it is not there.
    """
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamagedError(path, f"cannot be read ({in_short(error)})") from None
