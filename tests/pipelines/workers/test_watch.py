"""Who has hung is told from who works, by what it has computed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from pipelines.workers.watch import Watch, worked_seconds


@pytest.fixture
def idle() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def busy() -> Iterator[int]:
    """Sleeps, while a process that it started computes, as a decoder does."""
    child = "while True: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    yield process.pid
    subprocess.run(["pkill", "-9", "-s", str(process.pid)], check=False)
    process.wait()


def test_one_that_does_nothing_has_hung_and_one_whose_child_computes_has_not(idle: int, busy: int) -> None:
    watch = Watch(lambda: [idle, busy], hung_seconds=10)
    watch.hung(0.0)
    start = worked_seconds(busy)
    while worked_seconds(busy) < start + 0.5:
        pass
    assert watch.hung(5.0) == []
    start = worked_seconds(busy)
    while worked_seconds(busy) < start + 0.5:
        pass
    assert watch.hung(11.0) == [idle]


def test_the_time_counts_from_when_it_was_given_work(idle: int) -> None:
    at_work = [idle]
    watch = Watch(lambda: list(at_work), hung_seconds=10)
    watch.hung(0.0)
    at_work.clear()
    watch.hung(20.0)
    at_work.append(idle)
    assert watch.hung(25.0) == []
    assert watch.hung(36.0) == [idle]


def test_a_process_that_is_gone_has_done_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert worked_seconds(process.pid) == 0.0
