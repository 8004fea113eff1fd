"""Whether a folder may be that of a corpus, and whether it is."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

from pipelines.files.atomic import write_whole
from pipelines.files.regular import is_file, is_folder
from pipelines.files.text import check_path
from schemas.errors import UsageError
from schemas.layout import CURRENT, ID, LOCK, MARK, PASSING, SHOWN, SNAPSHOTS, STAGING
from transforms.beside.passed_over import is_a_disks_own

_SAYS = {
    "format": 1,
    "is": "a corpus of Earwitness, which removes and replaces in this folder what it has made there, and nothing else",
}


def mark(out: Path) -> bool:
    """Mark the existing folder ``out`` as a corpus; whether it was not marked yet."""
    try:
        write_whole(out / MARK, (json.dumps(_SAYS, indent=1) + "\n").encode(), over=False)
    except FileExistsError:
        return False
    return True


def is_corpus(out: Path) -> bool:
    """Whether a folder carries our mark, or what only a run of a version before the mark leaves."""
    if is_file(out / MARK):
        return True
    current, staging = out / CURRENT, out / STAGING
    if current.is_symlink():
        return SHOWN.fullmatch(os.readlink(current)) is not None
    return is_folder(staging) and any(ID.match(name) for name in os.listdir(staging))


def check_place(out: Path) -> None:
    """Whether a corpus may lie in ``out``, which need not be there yet.

    Raises:
        UsageError: it is a home or a root folder, it holds other things than a corpus, or what bears one of our names
            in it is none of ours.
        OSError: it cannot be looked at.
    """
    check_path(out)
    place = Path(os.path.realpath(out))
    if place == Path(place.anchor) or str(place) in _homes():
        what = "the root folder" if place == Path(place.anchor) else "a home folder"
        raise UsageError(f"{out} is {what}, where no corpus is made: choose a folder of its own, as {out / 'corpus'}")
    if not place.is_dir():
        if os.path.lexists(out):
            what = "a link to nothing" if out.is_symlink() and not place.exists() else "a file"
            raise UsageError(f"{out} is {what}: choose another name for the folder of the corpus")
        above = next(folder for folder in place.parents if folder.exists())
        if not above.is_dir():
            raise UsageError(f"{out}: {above} is a file: choose another name for the folder of the corpus")
        return
    if not is_corpus(place):
        others = sorted(name for name in os.listdir(place) if not is_a_disks_own(name) and not _is_passing(name))
        if others:
            raise UsageError(
                f"{out} is no corpus and holds other things ({others[0]}): choose another folder, or an empty one"
            )
    for name in (SNAPSHOTS, STAGING):
        if os.path.lexists(place / name) and not is_folder(place / name):
            raise UsageError(f"{out / name} is no folder of ours: move it away, or choose another folder")
    if os.path.lexists(place / MARK) and not is_file(place / MARK):
        raise UsageError(f"{out / MARK} is no file of ours: move it away, or choose another folder")
    if os.path.lexists(place / CURRENT) and not (place / CURRENT).is_symlink():
        raise UsageError(f"{out / CURRENT} is no link of ours: move it away, or choose another folder")


def _is_passing(name: str) -> bool:
    return name.startswith((PASSING, f"{LOCK}.")) or name == LOCK


def _homes() -> set[str]:
    """The home folders of this machine, that of whoever asks among them."""
    return {os.path.realpath(home) for home in (os.path.expanduser("~"), *(entry.pw_dir for entry in pwd.getpwall()))}
