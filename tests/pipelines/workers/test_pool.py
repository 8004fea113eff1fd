"""Worker processes under Dask's scheduler: what becomes of work, of workers that die, of variables and of imports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipelines.errors import CommandError
from pipelines.run.preload import PRELOAD
from pipelines.workers import pool as pools
from pipelines.workers.pool import Pool
from pipelines.workers.watch import Watch
from tests.pipelines.workers import tasks


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool[int]]:
    with Pool[int]([{"LENT": "first"}, {"LENT": "second"}], PRELOAD) as pool:  # which later tests find imported
        yield pool


def answers(pool: Pool[int], function: Callable[[int], Any], given: Iterable[int]) -> dict[int, Any]:
    """What workers answer, each given the next as soon as it is free."""
    found = {}
    left = list(given)
    while left or not pool.is_idle:
        while left and pool.free:
            n = left.pop(0)
            pool.give(n, function, n)
        ended = pool.wait()
        found[ended.given] = ended.result
    return found


def test_each_gets_its_answer(pool: Pool[int]) -> None:
    assert answers(pool, tasks.double, range(5)) == {n: 2 * n for n in range(5)}
    assert pool.is_idle
    assert pool.free == pool.size == 2


def test_workers_are_processes_that_stay(pool: Pool[int]) -> None:
    pids = set(answers(pool, tasks.process, range(6)).values())
    assert os.getpid() not in pids
    assert pids <= set(pool.processes())


def test_each_has_variables_of_its_own_and_those_of_now(pool: Pool[int]) -> None:
    lent = {}
    for name in pool.names:
        pool.give(0, tasks.variable, "LENT", to=name)
        lent[name] = pool.wait().result
    assert lent == {"worker-0": "first", "worker-1": "second"}
    pool.give(0, tasks.variable, "PYTHONSAFEPATH")
    assert pool.wait().result == "1"  # nothing is imported from where the user happens to stand


def test_what_is_raised_comes_back(pool: Pool[int]) -> None:
    pool.give(3, tasks.fail, 3)
    ended = pool.wait()
    assert isinstance(ended.error, ValueError)
    assert str(ended.error) == "3 is not wanted"
    assert not ended.is_lost


def test_a_worker_that_dies_costs_what_it_had_in_hand_and_is_started_again(pool: Pool[int]) -> None:
    before = set(pool.processes())
    pool.give(1, tasks.die, 1)
    ended = pool.wait()
    assert (ended.given, ended.is_lost, ended.error) == (1, True, None)
    assert answers(pool, tasks.double, range(8)) == {n: 2 * n for n in range(8)}
    for name in pool.names:  # both are there
        pool.give(0, tasks.process, 0, to=name)
    after = {pool.wait().result for _ in range(2)}
    assert len(after) == 2
    assert len(after - before) == 1


def test_workers_that_die_in_their_first_moments_come_back(pool: Pool[int]) -> None:
    """Each as soon as it is there, which its nanny takes for a start that failed."""
    for n in range(12):
        pool.give(n, tasks.die, n)
        assert pool.wait().is_lost
    assert answers(pool, tasks.double, range(4)) == {n: 2 * n for n in range(4)}


def test_what_others_have_in_hand_is_not_lost_with_it(pool: Pool[int]) -> None:
    """Nothing waits behind something else on a worker that dies."""
    pool.give(1, tasks.die, 1)
    pool.give(2, tasks.double, 2)
    assert pool.free == 0
    assert {(ended.given, ended.is_lost) for ended in (pool.wait(), pool.wait())} == {(1, True), (2, False)}


def test_one_that_hangs_is_ended(pool: Pool[int]) -> None:
    with Watch(pool.busy_processes, hung_seconds=1.0, look=0.2):
        pool.give(1, tasks.hang, 1)
        assert pool.wait().is_lost


def test_what_is_retired_gets_nothing_more() -> None:
    with Pool[int]([{"LENT": "first"}, {"LENT": "second"}]) as pool:
        pool.retire(["worker-0"])
        assert (pool.names, pool.size) == (["worker-1"], 1)
        assert pool.free == 1
        pool.give(0, tasks.variable, "LENT")
        assert pool.wait().result == "second"


def test_nothing_is_left_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = {name for name in os.environ if not name.startswith("PYTEST")}
    with Pool[int]([{}]) as pool:
        pids = pool.processes()
        pool.give(1, tasks.hang, 1)  # still at work
    assert not [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]
    assert list(tmp_path.iterdir()) == []
    assert {name for name in os.environ if not name.startswith("PYTEST")} - before <= {"PYTHONHASHSEED"}


def test_workers_that_do_not_start_end_the_run_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "STARTED", "tests.pipelines.workers.no_such_module")
    with pytest.raises(CommandError, match=r"the 2 workers did not start \(.+\): --workers 1 does the work in this"):
        Pool[int]([{}, {}]).__enter__()


def test_a_stranger_is_not_let_in(pool: Pool[int]) -> None:
    """Who reaches a scheduler of Dask can have any code run."""
    from distributed import Client

    address = pool._client.scheduler.address
    assert address.startswith("tls://127.0.0.1:")
    with pytest.raises((OSError, TypeError, RuntimeError)):
        Client(address, timeout=2)
    with pytest.raises((OSError, TimeoutError)):
        Client(address.replace("tls", "tcp"), timeout=2)
