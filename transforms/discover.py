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
from transforms.beside.links import Links
from transforms.beside.passed_over import OUR_FOLDERS, PassedOver
from transforms.beside.pointers import kept_elsewhere
from transforms.beside.side_files import PLAIN

POINTER_BYTES = 1024
"""Larger files are not looked into while they are listed: pointers of Git are smaller."""


@dataclass(frozen=True)
class Discovery:
    """The sources in the order of their URIs, what was passed over on the way to them, and the links followed."""

    sources: tuple[Source, ...]
    passed_over: PassedOver
    links: tuple[str, ...] = ()


def discover(patterns: Iterable[str], leave_out: Sequence[str] = ()) -> Discovery:
    """List every file that ``patterns`` name, each once.

    A folder is walked with all its subfolders, without what no recording can be by its name; see
    :mod:`transforms.beside.side_files`. Hidden folders, trash, the system's own and corpora of ours are not entered;
    see :mod:`transforms.beside.passed_over`. What is named outright is read all the same, whatever it is called, but
    for datasets in the layouts of others; see :mod:`transforms.beside.layouts`. Links
    to folders are followed unless their folder is walked anyway, each folder once; see
    :mod:`transforms.beside.links`. A subfolder that cannot be listed is a source that cannot be read.

    Args:
        leave_out: folders in which nothing is a recording: that of the corpus that is being made.

    Raises:
        FileNotFoundError: a pattern matches nothing; the message names it.
    """
    paths: dict[str, None] = {}
    walk = _Walk(leave_out)
    followed: set[str] = set()
    for pattern in patterns:
        found = list(_match(pattern, walk, followed))
        if not found:
            raise FileNotFoundError(_not_found(pattern))
        for path, named in found:
            if any(walk.passes_over(folder) for folder in _beneath(path, named, pattern)):
                continue
            is_folder = os.path.isdir(path)
            for file in walk.files(path, named) if is_folder else [path]:
                named_outright = not is_folder and _is_named(path, pattern)
                absolute = os.path.abspath(file)
                if walk.is_recording(absolute, named_outright):
                    paths[absolute] = None
    for file in walk.files_behind_links():
        absolute = os.path.abspath(file)
        if walk.is_recording(absolute):
            paths[absolute] = None
    sources = sorted((_source(path) for path in paths), key=lambda s: s.uri)
    walk.passed_over.above |= walk.links.above
    followed |= walk.links.followed
    return Discovery(tuple(sources), walk.passed_over.without(paths), tuple(sorted(followed)))


def _not_found(pattern: str) -> str:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", pattern):
        return f"{pattern}: an address; download what it leads to, and name the file or its folder"
    return f"{pattern}: no such file or folder, and no file that it matches"


def _match(pattern: str, walk: _Walk, followed: set[str]) -> Iterator[tuple[str, str]]:
    """What is of that name; else what the glob matches, each once though links lead to it by several ways.

    Each path comes with the part of it that was named outright.  A link to a folder counts where a glob names it;
    where ``**`` meets one it goes on behind it as a walk does, and adds it to ``followed``.
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

    def take(found: Iterable[Path]) -> None:
        for path in sorted(found, key=lambda p: (len(p.parts), p)):
            if wants_hidden or not any(part.startswith(".") for part in path.parts[literal:]):
                folder, name = (path, "") if path.is_dir() else (path.parent, path.name)
                once.setdefault((os.path.realpath(folder), name), str(path))

    if "**" not in rest:
        take(_glob(root, rest))
    else:
        caught: set[Path] = set()

        def take_but_links(found: Iterable[Path]) -> None:
            found = list(found)
            caught.update(path for path in found if path.is_symlink() and path.is_dir())
            take(path for path in found if path not in caught)

        take_but_links(_glob(root, rest))
        at = rest.index("**")
        links = Links()
        for base in _glob(root, rest[:at]) if at else [root]:
            walk.meet_links(str(base), links)
        for link, roots in links.follow(walk.passes_over):
            take_but_links(_glob(Path(link), rest[at:]))
            take({Path(link)} & caught)
            walk.meet_links(link, links, roots)
        if {*rest[at:]} <= {"*", "**"}:  # nothing is left for a link to lead to
            walk.links.cover(links)
        followed |= links.followed
        walk.passed_over.above |= links.above
    yield from ((path, str(root)) for path in once.values())


def _glob(root: Path, rest: Sequence[str]) -> Iterator[Path]:
    # pathlib's ** does not follow links; glob's does, 40 times round a loop.
    return root.glob(os.path.join(*(part if part == "**" else re.sub(r"\*+", "*", part) for part in rest)))


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
        self.links = Links()
        self._left_out = [found for folder in leave_out if (found := _status(folder)) is not None]
        self._known: dict[str, bool] = {}

    def passes_over(self, folder: str) -> bool:
        """Whether a folder is not to be entered."""
        if folder not in self._known:
            self._known[folder] = self.passed_over.takes_folder(folder, self._left_out)
        return self._known[folder]

    def is_recording(self, path: str, named: bool = False) -> bool:
        """Whether a file may be one, by its absolute path; ``named`` says that it was named outright."""
        if PLAIN.fullmatch(os.path.basename(path)):
            return True
        return not self.passed_over.takes_layout(path) and (named or not self.passed_over.takes(path))

    def files(self, folder: str, named: str, roots: tuple[str, ...] = (), links: Links | None = None) -> Iterator[str]:
        """Every file beneath a folder, in the order of the names; then the subfolders that cannot be listed.

        Links to folders are met, and not followed: see :meth:`files_behind_links`.

        Args:
            roots: of a folder behind a link, see :meth:`Links.meet`; what was entered before is left out there.
            links: where the links are noted instead of in those of the walk.
        """
        links = self.links if links is None else links
        unlisted: list[str] = []
        is_out = folder == named and any(_is(folder, out) for out in self._left_out)
        for parent, folders, files in os.walk(folder, onerror=lambda error: unlisted.append(error.filename)):
            links.enter(parent)
            if is_out and parent == folder:
                folders[:] = [name for name in folders if name not in OUR_FOLDERS]
            entered = []
            for name in sorted(folders):
                path = os.path.join(parent, name)
                if os.path.islink(path):
                    links.meet(path, roots or (os.path.realpath(named), os.path.realpath(folder)))
                elif not self.passes_over(path) and not (roots and links.has_entered(path)):
                    entered.append(name)
            folders[:] = entered
            yield from (os.path.join(parent, name) for name in sorted(files))
        yield from unlisted

    def files_behind_links(self) -> Iterator[str]:
        """Every file behind the links that were met, and behind those that are met there."""
        for link, roots in self.links.follow(self.passes_over):
            yield from self.files(link, link, roots)

    def meet_links(self, folder: str, links: Links, roots: tuple[str, ...] = ()) -> None:
        """Walk a folder only for the links in it."""
        for _ in self.files(folder, folder, roots, links):
            pass


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
