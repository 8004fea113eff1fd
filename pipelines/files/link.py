"""The same file under a second name."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)
"""What file systems answer that know no hard links, or no more of this file."""


def link(file: Path, to: Path) -> None:
    """Give a file a second name; a copy takes it where the file system knows no links.

    Raises:
        OSError: it cannot be written, or the name is taken.
    """
    try:
        os.link(file, to)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        shutil.copy2(file, to)
