"""A watch on worker processes: one that is at work and does nothing is ended, so that its work is made anew."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType

import psutil

LOOK_SECONDS = 5.0
HUNG_SECONDS = 600.0
"""A worker that is at work computes, or its decoder does, or it reads: ten minutes without a tenth of a second of that
are a lock that nobody lets go.  What spins without end is not told from work."""
LEAST_SECONDS = 0.1


class Watch:
    """Ends processes of workers that have hung; a context manager.

    Args:
        processes: gives the numbers of those that are at work.
        hung_seconds: how long one may do nothing.
    """

    def __init__(
        self, processes: Callable[[], Iterable[int]], hung_seconds: float = HUNG_SECONDS, look: float = LOOK_SECONDS
    ) -> None:
        self._processes = processes
        self._hung_seconds = hung_seconds
        self._look = look
        self._over = threading.Event()
        self._seen: dict[int, tuple[float, float]] = {}
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._look):
            for pid in self.hung(time.monotonic()):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def hung(self, now: float) -> list[int]:
        """Those that are at work and have done nothing for too long, as seen at ``now``, in seconds of one clock."""
        found = []
        seen = {}
        for pid in self._processes():
            worked = worked_seconds(pid)
            before, since = self._seen.get(pid, (worked, now))
            seen[pid] = (before, since) if worked < before + LEAST_SECONDS and pid in self._seen else (worked, now)
            if now - seen[pid][1] > self._hung_seconds:
                found.append(pid)
        self._seen = seen
        return found


def worked_seconds(pid: int) -> float:
    """What a process and those that it started have computed so far; 0 where it is gone."""
    total = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total
