"""What a machine lends, and what a control group leaves of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.workers import machine
from pipelines.workers.machine import cores_here, machine_here

GB = 1 << 30


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A control group that has taken 3 GB; its limit is to be written."""
    (tmp_path / "current").write_text(f"{3 * GB}\n")
    of_nobody = (str(tmp_path / "no" / "max"), str(tmp_path / "no" / "current"))
    monkeypatch.setattr(machine, "GROUPS", (of_nobody, (str(tmp_path / "max"), str(tmp_path / "current"))))
    return tmp_path


def test_cores_are_those_of_the_process() -> None:
    mine = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(mine)})
        assert cores_here() == 1
    finally:
        os.sched_setaffinity(0, mine)
    assert cores_here() == len(mine)


def test_a_group_leaves_what_it_has_not_taken(group: Path) -> None:
    (group / "max").write_text(f"{3 * GB + 1000}\n")
    assert machine_here().memory_bytes == 1000


def test_a_group_that_took_all_leaves_nothing(group: Path) -> None:
    (group / "max").write_text(f"{2 * GB}\n")
    assert machine_here().memory_bytes == 0


@pytest.mark.parametrize("limit", ["max", "?", None])
def test_a_group_without_a_limit_leaves_what_is_free(group: Path, limit: str | None) -> None:
    if limit is not None:
        (group / "max").write_text(limit)
    assert machine_here().memory_bytes > 1000
