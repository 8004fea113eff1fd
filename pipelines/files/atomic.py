"""The one way to write a file: it is whole, or what was there stays."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TextIO

from schemas.layout import GROWING, PASSING

DEVICES = ("/dev/", "/proc/")
"""What is called so is never replaced: ``/dev/stdout`` may lead to an ordinary file."""
_NAMED = re.compile(rf"{re.escape(PASSING)}[0-9a-f]{{16}}{re.escape(GROWING)}")
ABANDONED_SECONDS = 3600
"""What nobody holds and nothing was written to for so long is of a process that was killed."""
_looked_through: set[str] = set()
WRITTEN: list[Path] = []
"""What this process has written, in turn: a command that is interrupted says how far it came."""
NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EROFS)


@contextmanager
def whole_file(path: Path, *, over: bool = True) -> Iterator[IO[bytes]]:
    """A binary file that takes its name, over what is there, once all of it is on the disk.

    On any error, the caller's too, what was there stays and nothing half written is left.  The file grows in the same
    folder under a random name, where nobody can have laid a link.  A link at ``path`` is replaced; what it leads to
    stays as it is.  A pipe or a device cannot be replaced: it is written into, when all is known.

    Args:
        over: False where a file that is there, or comes to be there meanwhile, has to stay.

    Raises:
        OSError: it cannot be written, and ``filename`` is ``path``; FileExistsError if ``over`` is False.
    """
    try:
        if is_device(path):
            with tempfile.TemporaryFile() as held:
                yield held
                held.seek(0)
                with open(path, "wb") as device:
                    shutil.copyfileobj(held, device)
        else:
            _refuse(path, over)
            with _growing(path, over) as file:
                yield file
    except OSError as error:  # of a full disk, for one, the system does not say which file it met
        if error.filename is None or os.path.basename(str(error.filename)).startswith(PASSING):
            error.filename, error.filename2 = str(path), None
        raise


def write_whole(path: Path, content: bytes, *, over: bool = True) -> None:
    """Write ``content`` as :func:`whole_file` does.

    Raises:
        OSError: it cannot be written; FileExistsError if ``over`` is False.
    """
    with whole_file(path, over=over) as file:
        file.write(content)


def add_line(path: Path, line: bytes) -> None:
    """Add a line, with the end of one, to a file that only grows; one that broke off there is ended first.

    What another name leads to stays as it is: a link is replaced by a file of this line, and what has several names is
    copied first.

    Raises:
        OSError: it cannot be written, or is no file.
    """
    if path.is_symlink():
        return write_whole(path, line)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would wait for its reader
    with open(os.open(path, flags, 0o666), "ab") as file:
        known = os.fstat(file.fileno())
        if not stat.S_ISREG(known.st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        if known.st_nlink == 1:
            torn = known.st_size and os.pread(file.fileno(), 1, known.st_size - 1) != b"\n"
            file.write(b"\n" * bool(torn) + line)
            return None
    return write_whole(path, path.read_bytes() + line)


def is_device(path: Path) -> bool:
    """Whether a file of that name cannot be replaced by another: a pipe, a device, standard output by its name."""
    if os.path.abspath(path).startswith(DEVICES):
        return not os.path.isdir(path)
    try:
        mode = path.stat().st_mode
    except OSError:  # nothing there, or a link that leads nowhere
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def as_text(file: IO[bytes], encoding: str = "utf-8") -> Iterator[TextIO]:
    """A binary file as one of text, whose line ends stay as they are written."""
    text = TextIOWrapper(file, encoding, newline="")
    try:
        yield text
    finally:
        text.detach()  # which writes out what it holds; the file itself stays open


@contextmanager
def _growing(path: Path, over: bool) -> Iterator[IO[bytes]]:
    _remove_abandoned(path.parent)
    growing = path.with_name(f"{PASSING}{secrets.token_hex(8)}{GROWING}")
    try:
        with growing.open("xb") as file:
            with suppress(OSError):  # some file systems know no locks, and then nobody removes what was left there
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _keep_mode(path, file.fileno())
            yield file
            file.flush()
            _sync(file.fileno())
        if over:
            os.replace(growing, path)
        else:
            _take_new_name(growing, path)
        WRITTEN.append(path)
    finally:
        growing.unlink(missing_ok=True)
    with suppress(OSError):  # not every file system opens folders
        sync(path.parent)


def _remove_abandoned(folder: Path) -> None:
    """Remove what was growing in a folder when its process was killed; a process looks once."""
    if str(folder) in _looked_through:
        return
    _looked_through.add(str(folder))
    with suppress(OSError):
        for entry in os.scandir(folder):
            if _NAMED.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError), open(entry.path, "rb") as left:
                    fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if time.time() - os.fstat(left.fileno()).st_mtime > ABANDONED_SECONDS:
                        os.unlink(entry.path)


def _refuse(path: Path, over: bool) -> None:
    """What the system refused when files were written in place, and a renaming would not."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not over and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _keep_mode(path: Path, descriptor: int) -> None:
    """Whoever could read what was there, and nobody else, can read what takes its place."""
    with suppress(OSError):  # nothing there; a file system without modes
        known = os.lstat(path)
        if stat.S_ISREG(known.st_mode):
            os.fchmod(descriptor, known.st_mode & 0o777)


def sync(path: str | Path) -> None:
    """Have a file or a folder's entries on the disk, where the system can say so."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise


def _take_new_name(growing: Path, path: Path) -> None:
    try:
        os.link(growing, path)  # in one step, where a renaming would write over what came meanwhile
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.rename(growing, path)
