"""A command watched from outside while it works: cores, memory and GPU of its whole tree of processes."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.stacks import Stacks

EVERY_SECONDS = 0.5
GRACE_SECONDS = 3.0
"""From the word to end to the end by force."""
ASK_GPU = ("--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits", "-lms", "500")


@dataclass(frozen=True)
class Sample:
    """One moment.

    Attributes:
        at: seconds from the start.
        cores: busy since the moment before, over all processes.
        processes: alive.
        resident: bytes of all processes together; pages that several share count in each.
        largest: bytes of the largest process.
        gpu: busy, in percent; None where there is no GPU.
        gpu_bytes: of all GPUs together; None likewise.
    """

    at: float
    cores: float
    processes: int
    resident: int
    largest: int
    gpu: float | None
    gpu_bytes: int | None


@dataclass
class Watched:
    """What a command did.

    Attributes:
        code: its exit code; None: it was ended because its time was over.
        seconds: wall time.
        lines: what it wrote, each with the seconds at which it came.
    """

    code: int | None = None
    seconds: float = 0.0
    samples: list[Sample] = field(default_factory=list)
    lines: list[tuple[float, str]] = field(default_factory=list)
    stacks: Stacks = field(default_factory=Stacks)

    def cores(self, since: float = 0.0) -> float:
        """The mean of the cores that were busy from ``since`` seconds on."""
        return _mean([one.cores for one in self.samples if one.at >= since])

    def gpu(self, since: float = 0.0) -> float | None:
        """The mean of the GPU's percents from ``since`` seconds on; None without a GPU."""
        seen = [one.gpu for one in self.samples if one.gpu is not None and one.at >= since]
        return _mean(seen) if seen else None

    def peak(self, name: str) -> int | None:
        """The most of an attribute of the samples."""
        return max((getattr(one, name) for one in self.samples if getattr(one, name) is not None), default=None)


def watch(
    command: Sequence[str], limit: float, cwd: Path, stacks_every: float = 0.0, stacks_from: float = 0.0
) -> Watched:
    """Run a command to its end, or end it and all that it started after ``limit`` seconds.

    Args:
        stacks_every: seconds between two looks at the stacks; 0: none.
        stacks_from: seconds after which the first may be.
    """
    done = Watched()
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    reader = threading.Thread(target=_read, args=(process, done, began), daemon=True)
    reader.start()
    tree, over = _Tree(process.pid), threading.Event()
    looking = threading.Thread(target=_look, args=(done.stacks, tree, stacks_every, stacks_from, over), daemon=True)
    looking.start()
    with _Gpu() as gpu:
        while done.code is None and time.perf_counter() - began < limit:
            try:
                done.code = process.wait(EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                done.samples.append(tree.sample(time.perf_counter() - began, gpu))
        done.seconds = time.perf_counter() - began
        over.set()
        tree.end()
    process.wait()
    looking.join()
    reader.join(GRACE_SECONDS)
    return done


def _look(stacks: Stacks, tree: _Tree, every: float, first: float, over: threading.Event) -> None:
    """Beside the samples, which do not wait for py-spy."""
    over.wait(first)
    while every and not over.wait(every):
        stacks.look(tree.pids())


def _read(process: subprocess.Popen[str], done: Watched, began: float) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        done.lines.append((time.perf_counter() - began, line.rstrip()))


class _Tree:
    """A process and all that it started."""

    def __init__(self, pid: int) -> None:
        self._root = pid
        self._known: dict[int, psutil.Process] = {}
        self._cpu: dict[int, float] = {}
        self._at = time.perf_counter()

    def pids(self) -> list[int]:
        return list(self._cpu)

    def sample(self, at: float, gpu: _Gpu) -> Sample:
        self._find()
        busy, resident = 0.0, [0]
        cpu: dict[int, float] = {}
        for pid, process in self._known.items():
            try:
                with process.oneshot():
                    times, memory = process.cpu_times(), process.memory_info().rss
            except psutil.Error:
                continue
            cpu[pid] = times.user + times.system
            busy += cpu[pid] - self._cpu.get(pid, 0.0)
            resident.append(memory)
        now = time.perf_counter()
        seconds, self._at, self._cpu = now - self._at, now, cpu
        return Sample(at, busy / seconds, len(cpu), sum(resident), max(resident), gpu.busy, gpu.bytes)

    def end(self) -> None:
        """Whoever is left: asked first, then by force; also those that began a session of their own."""
        self._find()
        left = [process for process in self._known.values() if process.is_running()]
        for process in left:
            _signal(process, signal.SIGTERM)
        _, left = psutil.wait_procs(left, timeout=GRACE_SECONDS)
        for process in left:
            _signal(process, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self._root, signal.SIGKILL)

    def _find(self) -> None:
        """Keep who was ever seen: the children of a process that died are no longer its own."""
        for known in [*self._known.values()] or [psutil.Process(self._root)]:
            try:
                for process in (known, *known.children(recursive=True)):
                    self._known.setdefault(process.pid, process)
            except psutil.Error:
                continue


def _signal(process: psutil.Process, number: int) -> None:
    with suppress(psutil.Error):
        process.send_signal(number)


class _Gpu:
    """The last figures of nvidia-smi, over all GPUs; None where there is none."""

    def __init__(self) -> None:
        self.busy: float | None = None
        self.bytes: int | None = None
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> _Gpu:
        program = shutil.which("nvidia-smi")
        if program:
            self._process = subprocess.Popen([program, "-i", "0", *ASK_GPU], stdout=subprocess.PIPE, text=True)
            threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                busy, mebibytes = map(float, line.split(","))
            except ValueError:
                continue
            self.busy, self.bytes = busy, int(mebibytes * 2**20)


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0
