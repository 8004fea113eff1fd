"""From what a user named to the list of sources: files, folders, globs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from schemas.records import Source
from transforms.beside.passed_over import OUR_FOLDERS, PassedOver, is_none_of_an_archive
from transforms.beside.pointers import kept_elsewhere

POINTER_BYTES = 1024
"""Larger files are not looked into while they are listed: pointers of Git are smaller."""


@dataclass(frozen=True)
class Discovery:
    """The sources in the order of their URIs, and what was passed over on the way to them."""

    sources: tuple[Source, ...]
    passed_over: PassedOver


def discover(patterns: Iterable[str], leave_out: Sequence[str] = ()) -> Discovery:
    """List every file that ``patterns`` name, each once.

    A folder is walked with all its subfolders, without what no recording can be by its name; see
    :mod:`transforms.beside.side_files`. Hidden folders, trash, the system's own and corpora of ours are not entered;
    see :mod:`transforms.beside.passed_over`. What is named outright is read all the same, whatever it is called. Links
    to folders are not followed, so that a loop of links ends. A subfolder that cannot be listed is a source that
    cannot be read.

    Args:
        leave_out: folders in which nothing is a recording: that of the corpus that is being made.

    Raises:
        FileNotFoundError: a pattern matches nothing; the message names it.
    """
    paths: dict[str, None] = {}
    walk = _Walk(leave_out)
    for pattern in patterns:
        found = list(_match(pattern))
        if not found:
            raise FileNotFoundError(_not_found(pattern))
        for path, named in found:
            if any(walk.passes_over(folder) for folder in _beneath(path, named, pattern)):
                continue
            is_folder = os.path.isdir(path)
            for file in walk.files(path, named) if is_folder else [path]:
                if (not is_folder and _is_named(path, pattern)) or not walk.passed_over.takes(file):
                    paths[os.path.abspath(file)] = None
    sources = sorted((_source(path) for path in paths), key=lambda s: s.uri)
    return Discovery(tuple(sources), walk.passed_over.without(paths))


def _not_found(pattern: str) -> str:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", pattern):
        return f"{pattern}: an address; download what it leads to, and name the file or its folder"
    return f"{pattern}: no such file or folder, and no file that it matches"


def _match(pattern: str) -> Iterator[tuple[str, str]]:
    """What is of that name; else what the glob matches, each once though links lead to it by several ways.

    Each path comes with the part of it that was named outright.  A link to a folder counts where a glob names it, but
    ``**`` does not follow links.
    """
    if os.path.lexists(pattern):
        yield pattern, pattern
        return
    parts = Path(pattern).expanduser().parts
    literal = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    root, rest = Path(*parts[:literal]), parts[literal:]
    if not rest:
        yield from [(str(root), str(root))] if os.path.lexists(root) else []
        return
    wants_hidden = any(part.startswith(".") for part in rest)
    once: dict[tuple[str, str], str] = {}
    # pathlib's ** does not follow links; glob's does, 40 times round a loop.
    found = root.glob(os.path.join(*(part if part == "**" else re.sub(r"\*+", "*", part) for part in rest)))
    for path in sorted(found, key=lambda p: (len(p.parts), p)):
        if wants_hidden or not any(part.startswith(".") for part in path.parts[literal:]):
            if "**" in rest and path.is_symlink() and path.is_dir():
                continue
            folder, name = (path, "") if path.is_dir() else (path.parent, path.name)
            once.setdefault((os.path.realpath(folder), name), str(path))
    yield from ((path, str(root)) for path in once.values())


def _is_named(path: str, pattern: str) -> bool:
    """Whether the pattern says outright that such a file is wanted: by its name, its extension, its dot."""
    name, asked, extension = Path(path).name, Path(pattern).name, Path(path).suffix.lower()
    by_extension = bool(extension) and asked.lower().endswith(extension)
    return by_extension or name == asked or (name.startswith(".") and asked.startswith("."))


def _beneath(path: str, named: str, pattern: str) -> Iterator[str]:
    """The folders from what was named down to ``path`` that only a wildcard caught."""
    parts, at = Path(path).parts, len(Path(named).parts)
    parts_asked = Path(pattern).parts
    spelled = {part for part in parts_asked if not has_magic(part)}
    wants_hidden = any(part.startswith(".") for part in parts_asked if has_magic(part))
    for end in range(at + 1, len(parts) + 1):
        folder = os.path.join(*parts[:end])
        name = parts[end - 1]
        if name in spelled or (wants_hidden and name.startswith(".")):
            continue
        if end < len(parts) or os.path.isdir(folder):
            yield folder


class _Walk:
    """The way through folders, and what is passed over on it."""

    def __init__(self, leave_out: Iterable[str]) -> None:
        self.passed_over = PassedOver()
        self._left_out = [found for folder in leave_out if (found := _status(folder)) is not None]
        self._known: dict[str, bool] = {}

    def passes_over(self, folder: str) -> bool:
        """Whether a folder is not to be entered."""
        if folder not in self._known:
            self._known[folder] = self.passed_over.takes_folder(folder, self._left_out)
        return self._known[folder]

    def _stays_out_of(self, folder: str, walked: str) -> bool:
        if not os.path.islink(folder):
            return self.passes_over(folder)
        inside = os.path.join(os.path.realpath(walked), "")
        target = os.path.realpath(folder)
        if not os.path.join(target, "").startswith(inside) and not is_none_of_an_archive(os.path.basename(folder)):
            self.passed_over.links.add(os.path.abspath(folder))
        return True

    def files(self, folder: str, named: str) -> Iterator[str]:
        """Every file beneath a folder, in the order of the names; then the subfolders that cannot be listed."""
        unlisted: list[str] = []
        is_out = folder == named and any(_is(folder, out) for out in self._left_out)
        for parent, folders, files in os.walk(folder, onerror=lambda error: unlisted.append(error.filename)):
            if is_out and parent == folder:
                folders[:] = [name for name in folders if name not in OUR_FOLDERS]
            folders[:] = [
                name for name in sorted(folders) if not self._stays_out_of(os.path.join(parent, name), folder)
            ]
            yield from (os.path.join(parent, name) for name in sorted(files))
        yield from unlisted


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _is(path: str, other: os.stat_result) -> bool:
    status = _status(path)
    return status is not None and os.path.samestat(status, other)


def _source(path: str) -> Source:
    try:
        status = os.stat(path)
        size, modified, inode = status.st_size, status.st_mtime_ns, status.st_ino
    except OSError:  # a dangling link, or gone since it was listed: identify() will say why
        return Source(uri=uri_of(path), path=path, bytes=0, modified_ns=0)
    with suppress(OSError):
        if size <= POINTER_BYTES and kept_elsewhere(path, status):
            modified = 0  # what is known of it stays as it is
    return Source(uri=uri_of(path), path=path, bytes=size, modified_ns=modified, inode=inode)


def uri_of(path: str) -> str:
    """The path as text: bytes of a name that are not UTF-8 are written as ``\\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
