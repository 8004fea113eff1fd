"""Worker processes of this machine under Dask's scheduler: one that dies is started again, what it did is told.

Dask decides who does what and starts workers anew (its nannies); here stands how its workers are started for us: from
one process that has imported everything (``forkserver``), behind TLS, because whoever reaches a scheduler can have code
run, and without its own tries, for what a worker was lost with is the caller's to judge.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Generic, TypeVar

import dask
from distributed import Client, Future, Nanny, Scheduler, SpecCluster
from distributed.scheduler import KilledWorker
from distributed.security import Security

from pipelines.console.numbers import counted
from pipelines.errors import CommandError, first_line
from pipelines.files.private import PrivateFolder
from pipelines.workers.server import isolated_children, start_server
from pipelines.workers.watch import Watch

T = TypeVar("T")

START_SECONDS = 300
"""Until a worker has to be there: less than one on an idle machine."""
POLL_SECONDS = 0.2
"""A wait that hears Ctrl-C."""

REVIVE_SECONDS = 2.0
STARTED = "pipelines.workers.started"

CONFIG = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.worker.daemon": True,
    "distributed.worker.profile.enabled": False,  # it would look at every stack a hundred times a second
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.terminate": False,
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-ttl": None,  # a worker that loads models says nothing for minutes
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.deploy.lost-worker-timeout": "10s",
    "distributed.nanny.pre-spawn-environ": {},
    "distributed.comm.retry.count": 3,
    "distributed.comm.timeouts.connect": "60s",
    "distributed.scheduler.http.routes": [],  # what happens here is nobody else's business
    "distributed.worker.http.routes": [],
    "distributed.admin.tick.limit": "10m",  # a loop that waits for the interpreter's lock is no news
}
"""What a person's own settings of Dask do not change."""


@dataclass(frozen=True)
class Ended(Generic[T]):
    """What became of something that was given to a worker.

    Attributes:
        given: what was given.
        result: what the function returned.
        error: what it raised.
        is_lost: the worker died over it.
    """

    given: T
    result: Any = None
    error: BaseException | None = None
    is_lost: bool = False


class Pool(Generic[T]):
    """Workers, ready to be given work; a context manager.

    Args:
        environments: of each worker, variables that it has beside those of this process.
        preload: modules that are imported once, before the first worker is there.

    Raises:
        CommandError: the workers do not start.
    """

    def __init__(self, environments: Sequence[Mapping[str, str]], preload: Sequence[str] = ()) -> None:
        self._names = {f"worker-{i}": dict(environment) for i, environment in enumerate(environments)}
        self._started = len(self._names)
        self._preload = list(preload)
        self._ended: queue.SimpleQueue[tuple[T, Future]] = queue.SimpleQueue()
        self._at_work: dict[str, str] = {}
        self._numbers = count()
        self._held = ExitStack()

    def __enter__(self) -> Pool[T]:
        with ExitStack() as stack:
            scratch = stack.enter_context(PrivateFolder())
            stack.enter_context(dask.config.set({**CONFIG, "temporary-directory": str(scratch)}))
            stack.enter_context(isolated_children())
            start_server(self._preload)
            security = Security.temporary()
            workers = {name: _nanny(name, environment, security) for name, environment in self._names.items()}
            scheduler = {
                "cls": Scheduler,
                "options": {
                    "host": "127.0.0.1",
                    "port": 0,
                    "dashboard": False,
                    "dashboard_address": "127.0.0.1:0",
                    "security": security,
                },
            }
            try:
                self._cluster = stack.enter_context(
                    SpecCluster(workers=workers, scheduler=scheduler, security=security, silence_logs=logging.ERROR)
                )
            except Exception as error:  # whatever kept one from starting
                raise CommandError(
                    f"the {counted(len(workers), 'worker')} did not start ({first_line(error)}): --workers 1 does the "
                    "work in this process"
                ) from error
            stack.callback(self.kill)  # before the cluster closes, which would wait for what is at work
            self._client = stack.enter_context(Client(self._cluster, security=security, set_as_default=False))
            stack.enter_context(Watch(self.busy_processes))
            self._held = stack.pop_all()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    @property
    def size(self) -> int:
        return len(self._names)

    @property
    def names(self) -> list[str]:
        """Of the workers that are given work."""
        return list(self._names)

    @property
    def free(self) -> int:
        """How many workers have nothing in hand."""
        return len(self._names.keys() - self._at_work.values())

    @property
    def is_idle(self) -> bool:
        """Whether nothing is at work."""
        return not self._at_work

    def retire(self, names: Collection[str]) -> None:
        """Give these workers nothing more."""
        for name in names:
            self._names.pop(name, None)

    def give(self, given: T, function: Callable[..., Any], *arguments: Any, to: str | None = None) -> None:
        """Have a worker call the function, which it imports by its name.

        Args:
            given: what is given, as the caller knows it; it stays here.
            to: the worker, whatever it has in hand; else one that is free, and there has to be one.
        """
        key = f"work-{next(self._numbers)}"
        # One thing at a time to each: what waits behind another would be blamed for the death of the worker, too.
        name = to or next(name for name in self._names if name not in self._at_work.values())
        future = self._client.submit(function, *arguments, key=key, pure=False, workers=[name])
        self._at_work[key] = name
        future.add_done_callback(lambda done: self._ended.put((given, done)))

    def wait(self) -> Ended[T]:
        """The next that comes to its end; something has to be at work."""
        looked = time.monotonic()
        while True:
            with suppress(queue.Empty):
                given, future = self._ended.get(timeout=POLL_SECONDS)
                break
            if time.monotonic() - looked > REVIVE_SECONDS:
                # A worker that dies within its first moments takes its nanny with it: Dask drops both, and makes them
                # anew when it is told how many there should be.
                self._cluster.scale(self._started)
                looked = time.monotonic()
        self._at_work.pop(str(future.key), None)
        if future.status == "finished":
            return Ended(given, result=future.result())
        error = future.exception() if future.status == "error" else None
        if error is None or isinstance(error, KilledWorker):
            return Ended(given, is_lost=True)
        return Ended(given, error=error)

    def busy_processes(self) -> list[int]:
        """The numbers of the processes of workers that are at work."""
        scheduler = self._cluster.scheduler
        pids = []
        for nanny in list(self._cluster.workers.values()):
            state = scheduler.workers.get(nanny.worker_address) if nanny.worker_address else None
            if state is not None and state.processing and nanny.pid is not None:
                pids.append(nanny.pid)
        return pids

    def processes(self) -> list[int]:
        """The numbers of the processes of all workers."""
        return [nanny.pid for nanny in self._cluster.workers.values() if nanny.pid is not None]

    def kill(self) -> None:
        """End every worker at once: what they have in hand is nobody's any more."""
        for pid in self.processes() if self._at_work else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _nanny(name: str, environment: Mapping[str, str], security: Security) -> dict[str, Any]:
    options = {
        "name": name,
        "nthreads": 1,
        "host": "127.0.0.1",
        "memory_limit": None,
        "dashboard": False,
        "death_timeout": START_SECONDS,
        "silence_logs": logging.ERROR,
        "env": {**os.environ, **environment},  # the process that they come from may have others
        "security": security,
        "preload": [STARTED],
    }
    return {"cls": Nanny, "options": options}
