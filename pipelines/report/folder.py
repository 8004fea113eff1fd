"""Where the pages of a corpus lie."""

from __future__ import annotations

import shutil
from pathlib import Path

FOLDER = "report"
"""In the corpus's folder, where `forget` finds it."""


def remove_report(out: Path) -> bool:
    """Remove the pages that lie in the corpus's folder; whether there were any.

    Raises:
        OSError: they cannot be removed.
    """
    folder = out / FOLDER
    if folder.is_symlink():
        for page in folder.glob("*.html"):
            page.unlink()
        folder.unlink()
        return True
    if not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True
