"""Files that bear a recording's name and do not hold it: its content is kept elsewhere."""

from __future__ import annotations

import os
import re
import stat

_MOST_BYTES = 32_768
"""git-annex writes pointers of up to 32 kB, Git LFS of less than 1 kB."""

_LFS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
_ANNEX_LINK = f".git{os.sep}annex{os.sep}objects{os.sep}"
_ANNEX_FILE = re.compile(rb"(?:/annex/objects/|(?:\.\.[/\\])*\.git[/\\]annex[/\\]objects[/\\])")
"""An unlocked file, and a link of a system that has none: Git leaves the link's text in its place."""
_ICLOUD = b"NSURLFileResource"
"""A key of the list of properties that iCloud leaves; others there are NSURLNameKey and NSURLFileSizeKey."""

_DATALESS = 0x4000_0000
"""``SF_DATALESS`` of macOS: opening it would fetch it."""
_RECALLED = 0x0040_0000 | 0x0004_0000
"""``FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS`` and ``_ON_OPEN`` of Windows."""

_LFS_SAYS = "a pointer of Git LFS stands in its place: fetch it (git lfs pull), then run again"
_ANNEX_SAYS = "git-annex does not keep its content here: fetch it (git annex get), then run again"
_CLOUD_SAYS = (
    "a placeholder of a cloud stands in its place: have it kept on this disk, then run again with --retry-errors"
)


def kept_elsewhere(path: str, status: os.stat_result | None) -> str | None:
    """Where the content of a file is and how to fetch it; None where it is here, as far as can be seen.

    Args:
        status: what ``os.stat`` says; None for a link whose target is not there.

    Raises:
        OSError: it cannot be read.
    """
    if status is None:
        return _ANNEX_SAYS if os.path.islink(path) and _ANNEX_LINK in os.readlink(path) else None
    if getattr(status, "st_flags", 0) & _DATALESS or getattr(status, "st_file_attributes", 0) & _RECALLED:
        return _CLOUD_SAYS
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        return None
    blocks = getattr(status, "st_blocks", None)
    if status.st_size > _MOST_BYTES and blocks != 0:
        return None
    with open(path, "rb") as file:
        head = file.read(4096)
    if head.startswith(_LFS):
        return _LFS_SAYS
    if _ANNEX_FILE.match(head):
        return _ANNEX_SAYS
    if head.startswith(b"bplist00") and _ICLOUD in head:
        return _CLOUD_SAYS
    # Not by the blocks alone: file systems keep small files elsewhere, and some count none at all.
    return _CLOUD_SAYS if blocks == 0 and not head.strip(b"\0") else None
