"""What is asked of a model says what it hears and how many groups are answered at once."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pytest

from schemas.jobs import JOBS
from schemas.table import Table
from transforms.models.engines import OPENVINO, Engine
from transforms.task import Task

NOTHING = Table("nothing", "nothing", pa.schema([]), ())


@pytest.mark.parametrize("job", JOBS)
def test_talks_are_heard_by_who_joins(job: str) -> None:
    assert Task(job, NOTHING, "a", "run").hears == JOBS[job].hears
    assert Task(job, NOTHING, "a", "run", joins=True).hears == "talks"


@pytest.mark.parametrize(("device", "at_once"), [("cpu", 3), ("cuda:0", 1), ("cuda", 1)])
def test_a_gpu_has_one_group_at_once(device: str, at_once: int) -> None:
    task = Task("emotions", NOTHING, "a", "run", device=device, engine=Engine(OPENVINO, streams=3, threads=3))
    assert task.at_once == at_once


def test_to_ask_loads_no_model() -> None:
    heavy = ("torch", "transformers", "openvino")
    code = f"import sys, transforms.task\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
