"""A snapshot of a corpus, read: beside DuckDB the only reader of its tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.errors import CommandError
from pipelines.files.damage import DamagedError
from pipelines.files.parquet import count_rows, parquet_files, read_batches, read_schema, read_table
from pipelines.store.run_ids import began
from schemas.catalog import TABLES
from schemas.jobs import JOBS


@dataclass(frozen=True)
class Snapshot:
    """The tables in a folder: of a published snapshot, or of one that is still in staging.

    Each method raises a DamagedError of a file that cannot be read, and a GoneError of one that went meanwhile.

    Attributes:
        folder: with a folder for each table.
    """

    folder: Path

    @property
    def tables(self) -> list[str]:
        """The tables that are there, in the order of the catalog."""
        return [name for name in TABLES if self.has(name)]

    def has(self, table: str) -> bool:
        """Whether the table is there; it may be without rows."""
        return (self.folder / table).is_dir()

    def files(self, table: str) -> list[Path]:
        """The files of a table, sorted by name; none where it is not there."""
        return parquet_files(self.folder / table)

    def schema(self, table: str) -> pa.Schema | None:
        """The schema of a table as its files have it; None where it has none."""
        paths = self.files(table)
        return read_schema(paths[0]) if paths else None

    def count(self, table: str) -> int:
        """How many rows a table has; only the ends of its files are read."""
        return count_rows(self.files(table))

    def rows(self, table: str, columns: Collection[str] | None = None) -> pa.Table:
        """The rows of a table, file by file; none, with the columns as declared, where it has no file."""
        found = [read_table(path, columns) for path in self.files(table)]
        if found:
            return _joined(found)
        empty = TABLES[table].schema.empty_table()
        return empty if columns is None else empty.select(list(columns))

    def batches(self, table: str, rows: int, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The same in batches of at most ``rows``, none of them empty."""
        for path in self.files(table):
            yield from (batch for batch in read_batches(path, rows, columns) if batch.num_rows)

    def runs(self) -> list[dict[str, Any]]:
        """The rows of ``runs``, in the order of the runs."""
        return sorted(self.rows("runs").to_pylist(), key=_order)

    def configs(self) -> list[dict[str, Any]]:
        """The configuration of each run, in their order.

        Raises:
            DamagedError: one is no configuration.
        """
        runs = self.rows("runs", ["run_id", "started", "config"])
        started = runs["started"].cast(pa.int64())  # to give a time pyarrow imports pandas
        rows = runs.set_column(1, "started", started).to_pylist()
        return [self._config(run["config"]) for run in sorted(rows, key=_order)]

    def last_config(self) -> dict[str, Any]:
        """The configuration of the last run; empty where no run is told of."""
        found = self.configs()
        return found[-1] if found else {}

    def models(self, table: str) -> Counter[str]:
        """What made the rows of a table, as its column ``model`` says, with how many rows."""
        found = self.rows(table, ["model"]).unify_dictionaries()["model"].value_counts()
        return Counter({one["values"].as_py(): one["counts"].as_py() for one in found})

    def checkpoint_of(self, job: str) -> str:
        """The checkpoint whose vectors the corpus holds, as ``name@revision``; precision and engine may differ.

        Args:
            job: whose table holds vectors: ``embeddings`` or ``speakers``.

        Raises:
            CommandError: it holds none, or those of several checkpoints, which cannot be compared.
        """
        made = sorted({model.rpartition("/")[0] for model in self.models(job)})
        if self.files(job) and not made:
            raise CommandError(f"the table {job} of the corpus has no rows: the run heard nothing to make them of")
        if not made:
            how = f"--model {job}=CHECKPOINT" if JOBS[job].asked_for_by_name else f"--tables {job}"
            raise CommandError(f"the corpus holds no {job}: make them with `earwitness run ... {how}`")
        if len({name.rpartition("@")[2] for name in made}) > 1:
            raise CommandError(
                f"several checkpoints made the {job} ({', '.join(made)}), and their vectors cannot be compared: "
                f"make all anew with one, `earwitness run ... --force {job}`"
            )
        return made[0]

    def _config(self, text: str) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise DamagedError(self.folder / "runs", "is damaged (a run's configuration is none)")
        return found


def _order(run: Mapping[str, Any]) -> tuple[datetime, Any, str]:
    """By their ids, which sort as the runs did; those of one second, of earlier versions, as their clocks say."""
    return began(run["run_id"]), run["started"], run["run_id"]


def unit_rows(column: pa.Array) -> np.ndarray:
    """A column of vectors as float32 [n, dimension]; what float16 took from their length is given back."""
    values = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return values


def _joined(found: list[pa.Table]) -> pa.Table:
    """The rows of files that several versions may have written: with other columns and widths."""
    return pa.concat_tables(found, promote_options="permissive")
