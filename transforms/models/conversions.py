"""What is made of a checkpoint once on this machine and kept, in a folder of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from filelock import FileLock

from schemas.layout import LOCK
from transforms.cache import cache_folder
from transforms.models.checkpoint import Located, revision_of, told


class Conversion:
    """The folder of a converted checkpoint; where nothing could be kept it goes when this does."""

    def __init__(self, folder: Path, *, kept: bool) -> None:
        self.folder = folder
        if not kept:
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)


def conversion(place: Path | None, make: Callable[[Path], None]) -> Conversion:
    """What lies at a place, or is made for it.

    Of several processes one makes it, and the others wait.  It appears as a whole: what was broken off is never found.

    Args:
        place: of :func:`place_of`.
        make: is given an empty folder to fill.

    Raises:
        OSError: there is no room for it.
    """
    if place is not None and place.is_dir():
        return Conversion(place, kept=True)
    with FileLock(place.with_suffix(LOCK)) if place else nullcontext():
        if place is not None and place.is_dir():
            return Conversion(place, kept=True)
        growing = Path(tempfile.mkdtemp(prefix=".growing-", dir=place.parent if place else None))
        try:
            make(growing)
            if place is None:
                return Conversion(growing, kept=False)
            return Conversion(_settled(growing, place), kept=True)
        except BaseException:
            shutil.rmtree(growing, ignore_errors=True)
            raise


def place_of(located: Located, room: str, recipe: str) -> Path | None:
    """Where a conversion is kept: by the hash of the checkpoint's weights and settings, and of how it is made.

    Args:
        room: the folder of such conversions in the cache of this machine.
        recipe: all that changes what is made of one checkpoint, versions among it.

    Returns:
        None where this machine has no place for it.

    Raises:
        ModelError: a file of the checkpoint cannot be read.
    """
    digest = hashlib.sha256(f"{revision_of(located)} {recipe}".encode())
    for path in sorted(located.folder.glob("*.json")):  # vocabulary, and what is never said
        try:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        except OSError as error:
            raise located.error(told(error)) from None
    try:
        folder = cache_folder() / room
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder / digest.hexdigest()[:32] if os.access(folder, os.W_OK) else None


def _settled(growing: Path, place: Path) -> Path:
    """Give a conversion its name; where another process was faster its own stays."""
    try:
        growing.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(growing, ignore_errors=True)
    return place
