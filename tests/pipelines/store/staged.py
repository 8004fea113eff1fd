"""Runs of a few rows, staged in the folder of a corpus to be published, given up or killed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.store.folder import Folder
from pipelines.store.publish import fill, link_runs
from schemas.catalog import TABLES
from tests.pipelines.report.made import blank

NAMES = ("windows", "errors", "runs")


def run_id(number: int) -> str:
    return f"20260101T000000{number:06}Z-0000"


def stage(folder: Folder, number: int, rows: int) -> Path:
    """A run whose tables hold ``rows`` windows."""
    return stage_as(folder, run_id(number), rows)


def stage_as(folder: Folder, named: str, rows: int) -> Path:
    staging = folder.begin(named)
    for name, column in (("windows", "window_id"), ("runs", "run_id")):
        (staging / name).mkdir()
        schema = TABLES[name].schema
        count = rows if name == "windows" else 1
        row = {field.name: blank(field) for field in schema} | {column: named}
        pq.write_table(pa.Table.from_pylist([row] * count, schema=schema), staging / name / f"{named}.parquet")
    link_runs(folder.out, staging)
    fill(staging, {name: TABLES[name] for name in NAMES})
    return staging


def killed_within_the_switch(folder: Folder, at: str) -> None:
    """Publish a first run, and a second one that is killed where it first calls ``at``."""
    folder.publish(stage(folder, 1, 3))
    staging = stage(folder, 2, 5)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(at, die)
        with pytest.raises(KeyboardInterrupt):
            folder.publish(staging)
