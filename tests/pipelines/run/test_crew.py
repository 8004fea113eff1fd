"""How many processes a run is given to, on machines that are not this one."""

from __future__ import annotations

import pytest

from pipelines.run.crew import Crew, choose_crew, gpu_bytes, worker_bytes
from pipelines.workers.machine import Machine, machine_here
from schemas.errors import UsageError

GB = 2**30
HOURS = 3600.0


def crew(
    cores: int = 16,
    memory: float = 128,
    workers: int | None = None,
    devices: tuple[str, ...] = ("cpu",),
    hours: float = 20,
    files: int = 1000,
    each: float = 3,
    free: float = 80,
) -> Crew:
    return choose_crew(
        Machine(cores, int(memory * GB), {f"cuda:{i}": int(free * GB) for i in range(3)}),
        workers=workers,
        devices=devices,
        seconds=hours * HOURS,
        files=files,
        worker_bytes=int(each * GB),
        gpu_bytes=2 * GB,
    )


def test_many_cores_are_shared_by_processes() -> None:
    chosen = crew()
    assert (chosen.processes, chosen.threads, chosen.cores) == (8, 2, 2)
    assert chosen.told == "8 worker processes (16 cores, 3.0 GB each of 128 free), 2 threads each"


def test_on_two_cores_threads_of_this_process_are_as_good() -> None:
    chosen = crew(cores=2)
    assert not chosen.is_apart
    assert (chosen.threads, chosen.told) == (2, "2 threads of this process (2 cores)")


@pytest.mark.parametrize(
    ("given", "why"),
    [({"hours": 0.1}, "so little to hear"), ({"files": 1}, "one file to hear"), ({"memory": 5.9}, "memory sets it")],
)
def test_what_makes_threads_of_it(given: dict[str, float], why: str) -> None:
    chosen = crew(**given)  # type: ignore[arg-type]
    assert not chosen.is_apart
    assert why in chosen.told


def test_memory_not_cores_may_set_the_number() -> None:
    chosen = crew(memory=10)
    assert chosen.processes == 3
    assert chosen.told == "3 worker processes (memory sets it, 3.0 GB each of 10 free), 5 threads each"


def test_what_is_asked_for_is_done() -> None:
    assert crew(cores=2, workers=2).processes == 2
    assert crew(hours=0.01, workers=8).processes == 8
    assert not crew(workers=1).is_apart
    assert crew(workers=3).told == "as asked for, 3 worker processes, 5 threads each"


def test_every_gpu_has_a_worker_and_each_worker_sees_one() -> None:
    chosen = crew(devices=("cuda:0", "cuda:2"), workers=4)
    assert chosen.devices == ("cuda:0", "cuda:2", "cuda:0", "cuda:2")
    assert [one["CUDA_VISIBLE_DEVICES"] for one in chosen.environments()] == ["0", "2", "0", "2"]
    assert [one["EARWITNESS_DEVICE"] for one in chosen.environments()] == ["cuda:0", "cuda:2"] * 2
    assert chosen.told.endswith("4 threads each on cuda:0, cuda:2")
    assert crew(cores=2, devices=("cuda:0", "cuda:1")).devices == ("cuda:0", "cuda:1")
    with pytest.raises(UsageError, match="--workers 1: each of 2 devices needs one"):
        crew(devices=("cuda:0", "cuda:1"), workers=1)


def test_before_a_gpu_each_core_has_a_worker_as_far_as_its_memory_goes() -> None:
    chosen = crew(devices=("cuda:0",))
    assert (chosen.processes, chosen.threads, chosen.sharers) == (16, 1, 16)
    chosen = crew(devices=("cuda:0",), free=16)
    assert chosen.processes == 7
    assert chosen.told == "7 worker processes (memory of 1 GPU sets it, 2.0 GB each), 2 threads each on cuda:0"
    assert crew(devices=("cuda:0", "cuda:1"), free=8).devices == ("cuda:0", "cuda:1") * 3
    assert crew(devices=("cuda:0",), free=0).processes == 16  # nobody could be asked
    assert crew(devices=("cuda:0",), free=1).processes == 1


def test_a_worker_for_the_cpu_sees_no_gpu() -> None:
    assert crew(workers=2).environments() == [{"CUDA_VISIBLE_DEVICES": "", "EARWITNESS_DEVICE": "cpu"}] * 2


@pytest.mark.parametrize("lent", ["5,7", " 5, 7", "GPU-a,GPU-b"])
def test_workers_have_the_gpus_that_this_process_is_lent(lent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their first one is number 5 of the machine: number 0 is somebody else's."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", lent)
    environments = crew(devices=("cuda:0", "cuda:1"), workers=2).environments()
    assert [one["CUDA_VISIBLE_DEVICES"] for one in environments] == [name.strip() for name in lent.split(",")]
    assert [one["EARWITNESS_DEVICE"] for one in environments] == ["cuda:0", "cuda:1"]


def test_no_more_workers_than_files() -> None:
    assert crew(files=3).processes == 3


def test_a_worker_needs_more_than_its_weights() -> None:
    assert worker_bytes([GB, GB]) > 3 * GB
    assert worker_bytes([]) >= GB / 2
    assert gpu_bytes([GB]) > 1.5 * GB


def test_this_machine_has_something() -> None:
    here = machine_here()
    assert here.cores >= 1
    assert here.memory_bytes > 0
