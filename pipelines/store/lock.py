"""One run at a time on a corpus: who works on it, and how a run that died makes room."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, SoftFileLock, Timeout, UnixFileLock, lock_descriptor

from pipelines.errors import CommandError
from pipelines.store.holder import Holder, holder_in, look, read_holder, record
from schemas.errors import Error
from schemas.layout import LOCK

NO_FLOCK = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL)
"""What file systems answer that know no locks."""

PATIENCE_SECONDS = 0.1
"""Another run that ends just now does not count as at work."""


class BusyError(Error):
    """Another run is at work on the corpus: try again later."""


class _ByFileError(Exception):
    """The lock is held by a process that knew no other way than the file itself."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the corpus in the existing folder ``out`` alone.

    The kernel frees the lock when its holder dies, however that comes about.  Where the file system
    knows no locks, the file that says who holds it is the lock: a holder of this machine that is no
    longer alive is replaced, one of another machine cannot be asked and counts as alive.  Readers
    never look at it.

    Raises:
        BusyError: another process holds it; the message says which, and how to go on.
        CommandError: what lies at the lock's name is no lock of ours.
        OSError: the folder cannot be written.
    """
    path = out / LOCK
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise CommandError(_not_ours(path))
    lock, signed = _by_kernel(path) if _knows_locks(out) else (_by_file(path), None)
    try:
        yield
    finally:
        with suppress(OSError):
            if signed and os.path.samestat(os.lstat(path), signed):  # nobody has removed it by hand meanwhile
                path.unlink()  # before it is free: whoever waits finds that its file is gone
        lock.release()


def holder_of(out: Path) -> Holder | None:
    """Who holds the corpus now, as far as can be told without touching the lock."""
    holder = read_holder(out / LOCK)
    return None if holder is None or holder.is_gone else holder


def _knows_locks(folder: Path) -> bool:
    """Whether the file system does, asked of a file without a name: the lock's own would be in the way of others."""
    with tempfile.TemporaryFile(dir=folder, prefix=f"{LOCK}-") as probe:
        try:
            return lock_descriptor(probe.fileno(), blocking=False)
        except OSError as error:
            if error.errno in NO_FLOCK:
                return False
            raise


def _by_kernel(path: Path) -> tuple[BaseFileLock, os.stat_result | None]:
    """The lock, and what the file system says of its file, which is for us to remove."""
    signed: list[os.stat_result] = []

    def sign(descriptor: int) -> None:
        found = os.fstat(descriptor)
        try:
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                raise ValueError("another's file")
            before = holder_in(descriptor)
        except ValueError:
            raise CommandError(_not_ours(path)) from None
        if before is not None and before.by_file:
            raise _ByFileError
        with suppress(OSError):  # a disk that is full holds up nobody who wants to forget something
            os.pwrite(descriptor, record(), 0)
        signed.append(found)

    lock = UnixFileLock(path, fallback_to_soft=False, thread_local=False, on_acquired=sign)
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        raise BusyError(_told(path)) from None
    except _ByFileError:
        return _by_file(path), None
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link that came to lie there just now
            raise CommandError(_not_ours(path)) from None
        raise
    return lock, signed[0]


def _by_file(path: Path) -> BaseFileLock:
    """The lock where the file itself is it; who takes it over from a holder that is gone does so in one step."""
    lock = SoftFileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        try:
            look(path)
        except ValueError:
            raise CommandError(_not_ours(path)) from None
        except OSError:
            pass
        raise BusyError(_told(path, by_file=True)) from None
    return lock


def _told(path: Path, *, by_file: bool = False) -> str:
    holder = read_holder(path)
    who = f": process {holder.pid} on {holder.host} since {holder.since}" if holder else ""
    busy = f"another run is at work on {path.parent}{who}"
    if not by_file:
        return f"{busy}{';' if who else ':'} try again later"
    if holder is not None and holder.is_gone:
        return (
            f"a run on {path.parent} was killed{who.replace(':', ',', 1)}, and this file system does not let its lock "
            f"be taken over: remove {path} and repeat the command"
        )
    where = f"on {holder.host} " if holder else ""
    return (
        f"{busy}; try again later, or, if you know that {where}no run is at work on it any more, remove {path}: "
        "this file system does not tell"
    )


def _not_ours(path: Path) -> str:
    return f"{path} is no lock of a run, and it is left alone: move it elsewhere, or choose another folder"
