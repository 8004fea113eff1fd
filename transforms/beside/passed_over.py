"""Folders that are none of an archive's: trash, what systems keep for themselves, and corpora of our own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.layout import CURRENT, MARK, REPORT, SEARCH, SHOWN, SNAPSHOTS, STAGING
from transforms.beside.layouts import Layouts
from transforms.beside.side_files import GROWING, HIDDEN, SYSTEM, kind_of, one_of, stands_in_for

MOST_COUNTED = 10_000
"""Files counted in one folder that is passed over: some hold the whole archive again, once a day."""

_FOLDERS = one_of(
    # trash: Synology, QNAP, Windows, Buffalo, old Macs, Nextcloud's server; what a check of a disk found
    *("#recycle", "@recycle", "network recycle bin*", "[$]recycle.bin", "recycler", "recycled", "trashbox"),
    *("network trash folder", "files_trashbin", "lost+found", "lost.dir", "found.[0-9][0-9][0-9]"),
    # the same files of another day: Synology, NetApp, QNAP, Nextcloud, GoodSync
    *("#snapshot", "~snapshot", "@recently-snapshot", "files_versions", "_gsdata_"),
    # what a system or a NAS keeps for itself
    *("@eadir", "@tmp", "@sharebin", "@transcode", "system volume information", "temporary items", "resource.frk"),
    "__macosx",
)
_OF_DISKS = one_of(
    *(".trash", ".trash-*", ".trashes", ".spotlight-v100", ".fseventsd", ".temporaryitems", ".documentrevisions-v100"),
    *(".apdisk", ".snapshot", ".nfs*", ".metadata_never_index", ".com.apple.timemachine*"),
)
OUR_FOLDERS = frozenset({CURRENT, SNAPSHOTS, STAGING, SEARCH, REPORT})
"""Folders of a corpus: passed over where the folder of the corpus itself is named."""


@dataclass
class PassedOver:
    """What lies in the folders that a user named and is not read.

    Attributes:
        files: paths by (kind, extension); see :mod:`transforms.beside.side_files`.
        folders: how many files each folder holds that was not entered, up to MOST_COUNTED.
        absent: recordings of which only a placeholder lies here, each with where it is.
        growing: recordings that are still being downloaded.
        corpora: folders of other corpora.
        above: links to folders that hold what was named, which are not followed.
        layouts: files of datasets in the layouts of others; see :mod:`transforms.beside.layouts`.
    """

    files: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    growing: set[str] = field(default_factory=set)
    corpora: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    layouts: Layouts = field(default_factory=Layouts)

    def takes_layout(self, path: str) -> bool:
        """Note a file of a dataset in another layout, by its absolute path: it cannot be heard, though it is named."""
        return self.layouts.takes(path)

    def takes(self, path: str) -> bool:
        """Note a file that is no recording by its name, by its absolute path; False for one that may be."""
        folder, name = os.path.split(path)
        kind, stand_in = kind_of(name), stands_in_for(name)
        if stand_in is not None:
            recording, place = stand_in
            kind = kind_of(recording)
            if kind is None:
                if recording == name or not os.path.lexists(os.path.join(folder, recording)):
                    self.absent[os.path.join(folder, recording)] = place
                return True
        if kind == GROWING:
            self.growing.add(os.path.join(folder, name))
        elif kind is not None:
            extension = "" if kind == HIDDEN else os.path.splitext(name)[1].lower()
            self.files.setdefault((kind, extension), set()).add(os.path.join(folder, name))
        return kind is not None

    def takes_folder(self, path: str, left_out: Iterable[os.stat_result]) -> bool:
        """Note a folder that is not to be entered; False for one that is."""
        path = os.path.abspath(path)
        if path in self.folders or path in self.corpora:
            return True
        if any(_is(path, folder) for folder in left_out):
            return True  # the corpus that is being made: the user knows
        if is_corpus(path):
            self.corpora.add(path)
            return True
        if not is_none_of_an_archive(os.path.basename(path)):
            return False
        if not os.path.islink(path):
            self.folders[path] = _count(path)
        elif os.path.basename(path).startswith("."):  # what lies behind it may be anything: it counts as one
            self.files.setdefault((HIDDEN, ""), set()).add(path)
        return True

    def without(self, taken: Iterable[str]) -> PassedOver:
        """The same but for the paths that were taken because they were named."""
        gone = set(taken)
        files = {kind: paths - gone for kind, paths in self.files.items()}
        absent = {path: place for path, place in self.absent.items() if path not in gone}
        return PassedOver(
            {kind: paths for kind, paths in files.items() if paths},
            {path: n for path, n in self.folders.items() if n},
            absent,
            self.growing - gone,
            self.corpora,
            {link for link in self.above if not any(path.startswith(os.path.join(link, "")) for path in gone)},
            self.layouts,
        )

    def kinds(self) -> Counter[str]:
        """How many files, by kind and by the name of the folder that they lie in."""
        counts: Counter[str] = Counter()
        for (kind, _), paths in self.files.items():
            counts[kind] += len(paths)
        if self.layouts.beside:
            counts["beside lists of Kaldi"] = len(self.layouts.beside)
        for path, n in self.folders.items():
            counts[f"in {os.path.basename(path)}"] += n
        return counts

    def extensions(self, kind: str) -> list[str]:
        """The extensions of the files of a kind, the most frequent first."""
        found = {extension: len(paths) for (of, extension), paths in self.files.items() if of == kind and extension}
        return sorted(found, key=lambda extension: (-found[extension], extension))


def is_none_of_an_archive(name: str) -> bool:
    """Whether a folder of this name is hidden, trash or a system's own."""
    lower = name.lower()
    return lower.startswith(".") or _FOLDERS.fullmatch(lower) is not None


def is_a_disks_own(name: str) -> bool:
    """Whether a disk that nobody has written to may hold it all the same: trash, indices, notes of its system."""
    lower = name.lower()
    return any(kind.fullmatch(lower) for kind in (_FOLDERS, _OF_DISKS, SYSTEM))


def is_corpus(folder: str) -> bool:
    """Whether a folder is a corpus of ours."""
    try:
        if SHOWN.fullmatch(os.readlink(os.path.join(folder, CURRENT))):
            return True
    except OSError:
        pass
    return os.path.isfile(os.path.join(folder, MARK)) and os.path.isdir(os.path.join(folder, SNAPSHOTS))


def _is(path: str, other: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), other)
    except OSError:
        return False


def _count(folder: str) -> int:
    n = 0
    for _, _, files in os.walk(folder):
        n += len(files)
        if n >= MOST_COUNTED:
            return MOST_COUNTED
    return n
