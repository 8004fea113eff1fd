"""One run at a time on a corpus: who works on it, and how a run that died makes room."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = ".lock"
NO_FLOCK = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL)
"""What file systems answer that know no locks."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: process, machine and since when, as ISO 8601 in UTC."""

    pid: int
    host: str
    since: str


class BusyError(Exception):
    """Another run is at work on the corpus: try again later."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the corpus in the existing folder ``out`` alone.

    The kernel frees the lock when its holder dies, however that comes about.  Where the file system
    knows no locks, the file that says who holds it is the lock, and a holder of this machine that is
    no longer alive counts as none.  Readers never look at it.

    Raises:
        BusyError: another process holds it; the message says which.
        OSError: the folder cannot be written.
    """
    path = out / NAME
    descriptor = _acquire(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # before it is free: whoever waits finds that its file is gone
        os.close(descriptor)


def holder_of(out: Path) -> Holder | None:
    """Who holds the corpus now, as far as can be told without touching the lock."""
    try:
        descriptor = os.open(out / NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        holder = _read(descriptor)
    finally:
        os.close(descriptor)
    return holder if _is_alive(holder) else None


def _acquire(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if not _is_free(descriptor, path):
                raise BusyError(_told(_read(descriptor), path))
            if _is_at(descriptor, path):
                os.ftruncate(descriptor, 0)
                now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
                os.pwrite(descriptor, json.dumps(asdict(Holder(os.getpid(), socket.gethostname(), now))).encode(), 0)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its last holder took the file away between the opening and the locking


def _is_free(descriptor: int, path: Path) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        if error.errno not in NO_FLOCK:
            raise
        return not _is_alive(_read(descriptor))
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    return False


def _read(descriptor: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):  # not written yet, or by something else
        return None


def _is_alive(holder: Holder | None) -> bool:
    if holder is None:
        return False
    if holder.host != socket.gethostname():
        return True  # it cannot be asked
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _told(holder: Holder | None, path: Path) -> str:
    if holder is None:
        return f"another run is at work on {path.parent}: try again later"
    return (
        f"another run is at work on {path.parent}: process {holder.pid} on {holder.host} since {holder.since}; "
        "try again later"
    )
