"""Links to folders: each folder is entered once, so that loops of links end and no file comes twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Folder = tuple[int, int] | str
"""Which folder it is: device and inode; the real path where a file system has no inodes."""


@dataclass
class Links:
    """What was entered on a walk, and the links that were met on it.

    A file behind a link keeps the path through the link: that is where its owner sees it, and it stays when the disk
    behind it is mounted elsewhere.  Folders are walked before any link is followed, and links in the order of their
    depth and names, so that the same archive gives the same paths.

    Attributes:
        followed: links that were followed.
        above: links that lead to a folder that holds what was named or linked, and are not followed.
    """

    followed: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    _entered: set[Folder] = field(default_factory=set)
    _waiting: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def enter(self, folder: str) -> bool:
        """Note a folder that is walked; False where it has been already, or where it is gone."""
        which = _which(folder)
        if which is None or which in self._entered:
            return False
        self._entered.add(which)
        return True

    def has_entered(self, folder: str) -> bool:
        return _which(folder) in self._entered

    def cover(self, other: Links) -> None:
        """Note what another walk entered as entered."""
        self._entered |= other._entered

    def meet(self, link: str, roots: tuple[str, ...]) -> None:
        """Note a link that may be followed later.

        Args:
            roots: the real paths of the folder that was named and of those that links led to on the way here.
        """
        self._waiting.append((link, roots))

    def follow(self, passes_over: Callable[[str], bool]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each link that leads to a folder not entered so far, and the roots for what is beneath it.

        The caller walks each before it asks for the next one; links that are met meanwhile follow.
        """
        while self._waiting:
            links, self._waiting = sorted(self._waiting), []
            for link, roots in links:
                if _which(link) is None or self.has_entered(link) or passes_over(link):
                    continue
                target = os.path.realpath(link)
                if any(os.path.join(root, "").startswith(os.path.join(target, "")) for root in roots):
                    self.above.add(os.path.abspath(link))
                else:
                    self.followed.add(os.path.abspath(link))
                    yield link, (*roots, target)


def _which(folder: str) -> Folder | None:
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)
