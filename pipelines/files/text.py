"""Text that can be written down, which names of files need not be."""

from __future__ import annotations

import os
import re
from pathlib import Path

from schemas.errors import UsageError
from schemas.shown import shown

NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, which no name of a file can hold, and halves of characters, which cannot be written down: the system's bytes
come as such where they are not UTF-8."""


def check_text(text: str) -> None:
    """Refuse what is no text that a file or a table can hold.

    Raises:
        UsageError: it holds NUL or half a character.
    """
    if found := NO_TEXT.search(text):
        raise UsageError(
            f"{shown(text)} is no text: its character {found.start() + 1} is NUL or half a character (not UTF-8)"
        )


def check_path(folder: Path) -> None:
    """Whether Arrow and DuckDB can open files in a folder: they take no name that is not text.

    Raises:
        UsageError: they cannot.
    """
    if NO_TEXT.search(os.path.abspath(folder) + os.path.realpath(folder)):
        raise UsageError(
            f"{folder}: a name on the way to it is not UTF-8, and tables in it cannot be opened: rename it, or choose "
            "another folder"
        )
