"""What the workers of the tests do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def double(n: int) -> int:
    return 2 * n


def process(_: int) -> int:
    return os.getpid()


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(folder: str, n: int) -> int:
    """Die, but for the second time."""
    try:
        (Path(folder) / str(n)).mkdir()
    except FileExistsError:
        return n
    os.kill(os.getpid(), signal.SIGKILL)
    return -1


def fail(n: int) -> None:
    raise ValueError(f"{n} is not wanted")


def variable(name: str) -> str | None:
    return os.environ.get(name)


def ignored(_: int) -> list[bool]:
    return [signal.getsignal(number) is signal.SIG_IGN for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)]


def hang(_: int) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)
