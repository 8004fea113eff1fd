"""A worker leaves Ctrl-C to the process that started the run."""

from __future__ import annotations

from pipelines.run.preload import PRELOAD
from pipelines.workers.pool import Pool
from tests.pipelines.workers import tasks


def test_what_the_terminal_sends_is_left_to_the_run() -> None:
    with Pool[int]([{}], PRELOAD) as pool:
        pool.give(0, tasks.ignored, 0)
        assert pool.wait().result == [True, True, False]  # who means this one process is heard
