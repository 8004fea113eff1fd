"""Who holds a corpus, as the file of its lock says."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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


def read_holder(path: Path) -> Holder | None:
    """Who has signed the lock; None where nobody has yet, or where something else lies."""
    with suppress(OSError, ValueError):
        return look(path)
    return None


def look(path: Path) -> Holder | None:
    """Who has signed the lock; None where nobody has yet.

    Raises:
        ValueError: it is no lock.
        OSError: it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe would let us wait for ever
    try:
        return holder_in(descriptor)
    finally:
        os.close(descriptor)


def holder_in(descriptor: int) -> Holder | None:
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


def record() -> bytes:
    """What this process signs with."""
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
