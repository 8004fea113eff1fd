"""One run at a time on a corpus: who works on it, and how a run that died makes room."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, SoftFileLock, Timeout, UnixFileLock, lock_descriptor

from pipelines.failure import RunError

NAME = ".lock"
NO_FLOCK = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL)
"""What file systems answer that know no locks."""

PATIENCE_SECONDS = 0.1
"""Another run that ends just now does not count as at work."""

_RECORD_BYTES = 512
"""All records have one length, so that one is written over another in one piece: no reader sees a mixture."""

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_ANOTHER_SPACE = "?pidns-"
"""With this :mod:`filelock` names the container of a process behind its machine."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: process, machine and since when, as ISO 8601 in UTC.

    Attributes:
        started: when the process began, in clock ticks since its machine did; None where that is not known.
        near: its process can be looked for from here: it is one of this machine, and of this container.
        by_file: its file system knows no locks, so that the file itself is the lock.
    """

    pid: int
    host: str
    since: str
    started: int | None = None
    near: bool = True
    by_file: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether it is certain that the process is no more, or that its number is another one's now."""
        if not self.near:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return self.started is not None and _started(self.pid) not in (None, self.started)


class BusyError(Exception):
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
        RunError: what lies at the lock's name is no lock of ours.
        OSError: the folder cannot be written.
    """
    path = out / NAME
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise RunError(_not_ours(path))
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
    holder = _read(out / NAME)
    return None if holder is None or holder.is_gone else holder


def _knows_locks(folder: Path) -> bool:
    """Whether the file system does, asked of a file without a name: the lock's own would be in the way of others."""
    with tempfile.TemporaryFile(dir=folder, prefix=f"{NAME}-") as probe:
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
            before = _holder_in(descriptor)
        except ValueError:
            raise RunError(_not_ours(path)) from None
        if before is not None and before.by_file:
            raise _ByFileError
        with suppress(OSError):  # a disk that is full holds up nobody who wants to forget something
            os.pwrite(descriptor, _record(), 0)
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
            raise RunError(_not_ours(path)) from None
        raise
    return lock, signed[0]


def _by_file(path: Path) -> BaseFileLock:
    """The lock where the file itself is it; who takes it over from a holder that is gone does so in one step."""
    lock = SoftFileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        try:
            _look(path)
        except ValueError:
            raise RunError(_not_ours(path)) from None
        except OSError:
            pass
        raise BusyError(_told(path, by_file=True)) from None
    return lock


def _read(path: Path) -> Holder | None:
    """Who has signed the lock; None where nobody has yet, or where something else lies."""
    with suppress(OSError, ValueError):
        return _look(path)
    return None


def _look(path: Path) -> Holder | None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe would let us wait for ever
    try:
        return _holder_in(descriptor)
    finally:
        os.close(descriptor)


def _holder_in(descriptor: int) -> Holder | None:
    """Who has signed the lock, in our words or in those of :mod:`filelock`; None before anybody has.

    Raises:
        ValueError: it is no lock.
        OSError: it cannot be read.
    """
    text = os.pread(descriptor, 2 * _RECORD_BYTES, 0).decode()
    if not text:
        return None
    if not text.endswith((" ", "\n", "}")):
        raise ValueError("no lock of ours")
    host: Any
    started = None
    apart = ""
    if by_file := not text.startswith("{"):
        pid_said, host_said, *_ = [*text.split("\n"), ""]
        pid, (host, apart, _) = int(pid_said), host_said.partition(_ANOTHER_SPACE)
        since: Any = f"{datetime.fromtimestamp(int(os.fstat(descriptor).st_mtime), UTC):{_TIME}}"
    else:
        try:
            said = json.loads(text)
            pid, host, since, started = said["pid"], said["host"], said["since"], said.get("started")
        except (KeyError, RecursionError) as error:
            raise ValueError("no lock of ours") from error
    near = host == socket.gethostname() and not apart
    whole = all(isinstance(number, int) for number in (pid, 0 if started is None else started))
    told = all(isinstance(word, str) and word and word.isprintable() for word in (host, since))
    if not whole or not told or not 0 < pid < 1 << 31:
        raise ValueError("no lock of ours")
    return Holder(pid, host, since, started, near, by_file)


def _record() -> bytes:
    said = {
        "pid": os.getpid(),
        "host": socket.gethostname()[:100],
        "since": f"{datetime.now(UTC):{_TIME}}",
        "started": _started(os.getpid()),
    }
    return json.dumps(said).encode().ljust(_RECORD_BYTES)


def _started(pid: int) -> int | None:
    """When a process began, in clock ticks since the machine did; None where the system does not say."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes()
        return int(told.rpartition(b")")[2].split()[19])  # the name, in brackets, may hold anything
    except (OSError, ValueError, IndexError):
        return None


def _told(path: Path, *, by_file: bool = False) -> str:
    holder = _read(path)
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
