"""How many processes a run is given to, with how many threads and which device each, and why."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.console.numbers import counted
from pipelines.run.devices import devices_of
from pipelines.run.prepare import Prepared
from pipelines.store.changes import Todo
from pipelines.workers.machine import Machine, machine_here
from schemas.devices import CPU, CUDA, DEVICE, VISIBLE, kind_of
from schemas.errors import UsageError
from schemas.records import Source
from transforms.identify import ASSUMED_BYTES_PER_SECOND
from transforms.models.checkpoint import parse_checkpoint, size_of
from transforms.models.locate import locate

LEAST_CORES = 4
"""On two cores two processes do no more than two threads of one, which are there at once and have the models once."""
CORES_EACH = {"cpu": 2, "cuda": 1}
"""Of a worker.  Threads of a process wait for the interpreter's lock, processes have a copy of the models each.  Before
an H200 with 16 cores 15 processes of one thread heard 1.5 times as much as 8 of two."""
BARE_GPU_BYTES = 1_300 << 20
"""On a GPU: the driver's own of each process, and what passes take; 2.1 GB with the five base models in bf16."""
GPU_WEIGHTS_SHARE = 0.5
"""Of files in fp32, of models in bf16."""
MOST_OF_A_GPU = 0.9
BYTES_A_SECOND = {".wav": 88_200, ".aif": 88_200, ".aiff": 88_200, ".flac": 50_000}
"""Of files that are larger than most: one channel at 44.1 kHz."""
BARE_BYTES = 1 << 30
"""Of a worker without models that hears speech."""
WEIGHTS_SHARE = 1.5
"""Memory that a checkpoint takes for each byte of its file, with what its passes need."""
LEAST_SECONDS = 900.0
"""Less audio is heard before more processes have begun."""


@dataclass(frozen=True)
class Crew:
    """Who does the work of a run.

    Attributes:
        devices: of each worker process, ``cpu`` or ``cuda:N``; one entry is this process with its threads.
        threads: of each.
        cores: that each may use.
        told: the choice in a line.
    """

    devices: tuple[str, ...]
    threads: int
    cores: int
    told: str = ""

    @property
    def processes(self) -> int:
        return len(self.devices)

    @property
    def sharers(self) -> int:
        """The most workers of one device."""
        return max(Counter(self.devices).values())

    @property
    def is_apart(self) -> bool:
        """Whether the work is done in other processes than this one."""
        return self.processes > 1

    def environments(self) -> list[dict[str, str]]:
        """Of each worker the variables that leave it its own device, and say how it is called here.

        Where this process is lent some GPUs only, its numbers are those of what it is lent.
        """
        lent = [name.strip() for name in os.environ.get(VISIBLE, "").split(",") if name.strip()]
        numbers = [device.partition(":")[2] for device in self.devices]
        return [
            {VISIBLE: lent[int(number)] if number and lent else number, DEVICE: device}
            for device, number in zip(self.devices, numbers, strict=True)
        ]


def choose_crew(
    machine: Machine,
    *,
    workers: int | None,
    devices: Sequence[str],
    seconds: float,
    files: int,
    worker_bytes: int,
    gpu_bytes: int = 0,
) -> Crew:
    """Who is to do the work.

    Args:
        workers: how many processes the user asks for; None leaves it to the machine.
        devices: where the models are to run, ``cpu`` or some of the machine's GPUs.
        seconds: audio that is to be heard, as far as is known.
        worker_bytes: memory that a worker needs.
        gpu_bytes: memory of a GPU that a worker needs.

    Raises:
        UsageError: fewer workers than devices.
    """
    if workers is not None:
        if workers < len(devices):
            raise UsageError(f"--workers {workers}: each of {counted(len(devices), 'device')} needs one")
        return _crew(machine, workers, devices, f"as asked for, {_who(workers)}")
    if machine.cores < LEAST_CORES and len(devices) == 1:
        return _alone(machine, devices, f"{counted(machine.cores, 'core')}")
    if seconds < LEAST_SECONDS or files < 2:
        if len(devices) > 1:
            devices = devices[:1]
        return _alone(machine, devices, "so little to hear" if files > 1 else "one file to hear")
    by_cores = max(len(devices), machine.cores // CORES_EACH[devices[0].partition(":")[0]])
    by_memory = max(1, machine.memory_bytes // worker_bytes)
    by_gpus = sum(_fit(machine.gpus.get(device, 0), gpu_bytes) or by_cores for device in devices)
    wanted = min(by_cores, by_memory, by_gpus, files)
    wanted = max(wanted, min(len(devices), by_memory))
    devices = devices[:wanted]
    gigabytes = f"{worker_bytes / 2**30:.1f} GB each of {machine.memory_bytes / 2**30:.0f} free"
    if by_gpus < min(by_cores, by_memory, files):
        sets = f"memory of {counted(len(devices), 'GPU')} sets it"
        gigabytes = f"{gpu_bytes / 2**30:.1f} GB each"
    else:
        sets = "memory sets it" if by_memory < min(by_cores, files) else f"{counted(machine.cores, 'core')}"
    if wanted < 2:
        return _alone(machine, devices, f"{sets}, {gigabytes}")
    return _crew(machine, wanted, devices, f"{_who(wanted)} ({sets}, {gigabytes})")


def crew_of(prepared: Prepared, todo: Todo) -> Crew:
    """Who is to do the work of a run that this process begins.

    Raises:
        UsageError: see :func:`choose_crew`.
    """
    config, runner = prepared.config, prepared.runner
    if config.beam or not runner.is_local:
        return Crew((config.device,), runner.workers, runner.cores)
    again = {one.source.uri: one for known in todo.again.values() for one in known}
    sources = (*todo.new, *(one.source for one in again.values()))
    weights = [size_of(locate(job, parse_checkpoint(name), weights=True)) for job, name in prepared.checkpoints.items()]
    on_gpus = bool(weights) or kind_of(config.device) == CUDA  # else nobody has to ask torch for them
    return choose_crew(
        machine_here(asks_for_gpus=on_gpus),
        workers=config.workers,
        devices=devices_of(config) if on_gpus else [CPU],
        seconds=sum(map(_seconds, sources)),
        files=len(sources),
        worker_bytes=worker_bytes(weights),
        gpu_bytes=gpu_bytes(weights),
    )


def gpu_bytes(weights: Iterable[int]) -> int:
    """Memory of a GPU that a worker needs, with checkpoints of so many bytes."""
    return BARE_GPU_BYTES + round(GPU_WEIGHTS_SHARE * sum(weights))


def _fit(free: int, each: int) -> int:
    """How many workers a GPU has memory for; 0 where that is not known."""
    return max(1, int(MOST_OF_A_GPU * free) // each) if free and each else 0


def worker_bytes(weights: Iterable[int]) -> int:
    """Memory that a worker needs, with checkpoints of so many bytes."""
    return BARE_BYTES + round(WEIGHTS_SHARE * sum(weights))


def _seconds(source: Source) -> float:
    """What a file may hold, by its size: no more is needed here."""
    return source.bytes / BYTES_A_SECOND.get(os.path.splitext(source.path)[1].lower(), ASSUMED_BYTES_PER_SECOND)


def _crew(machine: Machine, workers: int, devices: Sequence[str], told: str) -> Crew:
    if workers == 1:
        return _alone(machine, devices, "as asked for")
    cores = max(1, machine.cores // workers)
    each = tuple(devices[i % len(devices)] for i in range(workers))
    on = "" if set(each) == {"cpu"} else f" on {', '.join(dict.fromkeys(each))}"
    return Crew(each, cores, cores, f"{told}, {counted(cores, 'thread')} each{on}")


def _alone(machine: Machine, devices: Sequence[str], why: str) -> Crew:
    threads = counted(machine.cores, "thread")
    return Crew((devices[0],), machine.cores, machine.cores, f"{threads} of this process ({why})")


def _who(workers: int) -> str:
    return counted(workers, "worker process", "worker processes")
