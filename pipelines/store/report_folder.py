"""Where the pages of a corpus lie, and which of the files there are pages of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.files.regular import is_file, is_folder
from schemas.layout import REPORT

PAGE = "report.html"
"""The page of the whole corpus; that of a recording is called by its id."""
_PAGE = re.compile(rf"{re.escape(PAGE)}|[0-9a-f]{{32}}\.html")
_SAYS = re.compile(rb'<meta name="generator" content="earwitness">|<link rel="icon" href="data:,">\n<style>')
"""What the head of a page says (``pages/base.html.j2``); the second one is how it read before there was the first."""
HEAD_BYTES = 4096


@dataclass(frozen=True)
class Pages:
    """What became of the pages in the corpus's folder.

    Attributes:
        removed: how many were ours and went.
        behind: where a link of the user's leads, whose pages are left.
        left: whether other files lie there, which are left.
    """

    removed: int = 0
    behind: Path | None = None
    left: bool = False


def remove_report(out: Path, *, dry: bool = False) -> Pages:
    """Remove the pages of ours that lie in the corpus's folder, and the folder if nothing else is in it.

    Args:
        dry: only say what would be done.

    Raises:
        OSError: they cannot be removed.
    """
    folder = out / REPORT
    if folder.is_symlink():
        return Pages(behind=folder.resolve())
    if not is_folder(folder):
        return Pages()
    found = sorted(folder.iterdir())
    ours = [path for path in found if is_page(path)]
    if not dry:
        for path in ours:
            path.unlink()
        if len(ours) == len(found):
            folder.rmdir()
    return Pages(len(ours), left=len(ours) < len(found))


def is_page(path: Path) -> bool:
    """Whether a file was written by `earwitness report`: by its name, and by what its head says."""
    if not _PAGE.fullmatch(path.name) or not is_file(path):
        return False
    with path.open("rb") as file:
        return _SAYS.search(file.read(HEAD_BYTES)) is not None
