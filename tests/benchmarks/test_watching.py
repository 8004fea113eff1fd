"""A command is watched to its end, or ended with all that it started."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.stacks import ROOT, Stacks
from benchmarks.watching import watch

BUSY = "import time; end = time.time() + 2\nwhile time.time() < end: pass\nprint('over')"
CHILD = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {BUSY!r}], start_new_session=True)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_a_command_that_ends(tmp_path: Path) -> None:
    done = watch([sys.executable, "-c", BUSY], 60, tmp_path)
    assert done.code == 0
    assert 2 <= done.seconds < 30
    assert [line for _, line in done.lines] == ["over"]
    assert 0.1 < done.cores() < 1.5
    assert (done.peak("resident") or 0) > 5e6


@pytest.mark.slow
def test_what_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    began = time.perf_counter()
    done = watch([sys.executable, "-c", CHILD], 4, tmp_path)
    assert time.perf_counter() - began < 60
    assert done.code is None
    assert done.peak("processes") == 3
    child = int(done.lines[0][1])
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_stacks_are_counted_by_function() -> None:
    def frame(name: str, place: str) -> dict[str, str]:
        return {"name": name, "filename": place}

    ours = f"{ROOT}/transforms/listen.py"
    inner = frame("take", "/x/lib/python3.12/site-packages/numpy/core.py")
    stacks = Stacks()
    stacks.add(
        [
            {"active": True, "owns_gil": True, "frames": [inner, frame("listen", ours), frame("main", ours)]},
            {"active": True, "owns_gil": False, "frames": [inner]},
            {"active": False, "owns_gil": False, "frames": [frame("wait", ours)]},
            {"active": True, "owns_gil": False, "frames": []},
        ]
    )
    assert (stacks.threads, stacks.locks) == (2, 1)
    assert stacks.leaves == {"take (numpy/core.py)": 2}
    assert stacks.ours == {"listen (transforms/listen.py)": 1, "(elsewhere)": 1}
    assert stacks.tables()[1].rows[0][0] == "50 %"
