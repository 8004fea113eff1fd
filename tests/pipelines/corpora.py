"""Runs for the tests, and their tables as lists of rows in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.run.run import Published, prepare, run
from schemas.catalog import TABLES
from schemas.config import from_mapping

DEMO = Path(__file__).resolve().parents[2] / "demo" / "corpus"


def publish(out: Path, models: Mapping[str, Path | str], recordings: list[Path], **config: Any) -> Published:
    """Run over ``recordings`` with the checkpoints ``models``, a folder for each job.

    In fp32, so that the rows can be held against references, whatever this CPU would take by itself.
    """
    values = {
        "recordings": [str(path) for path in recordings],
        "out": str(out),
        "precision": "fp32",
        "model": {job: str(folder) for job, folder in models.items()},
        **config,
    }
    return run(prepare(from_mapping(values)))


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table, sorted by its key; run ids left out, because no two runs share them."""
    found = pq.read_table(out / "current" / table).drop_columns(
        [name for name in ("run_id",) if name in TABLES[table].schema.names]
    )
    key = TABLES[table].key or ("uri", "stage", "reason", "start_ms")
    return sorted(found.to_pylist(), key=lambda row: tuple(str(row[name]).zfill(12) for name in key))
