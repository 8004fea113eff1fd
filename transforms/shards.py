"""Arrow batches into Parquet files, one for each shard and table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.file_format import file_schema, repeating
from schemas.layout import GROWING, PARQUET
from schemas.records import Rows
from schemas.table import Table

GROUP_ROWS = 131_072
GROUP_BYTES = 8 << 20
LEVEL = 3
"""Of zstd.  1, Arrow's, makes the demo's corpus 1.2 % larger and is 65 ms faster in 12 minutes of audio; 9 makes it
1.7 % smaller and is 430 ms slower."""
HELD_BATCHES = 32
"""Batches that wait for their row group are joined at this number: each costs 12 kB beside its few rows."""


class ShardFile:
    """A Parquet file that grows under another name and takes its own when it is closed.

    So a file that is there is whole, and a second try of the same shard replaces it.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self._path = path
        self._growing = path.with_name(f".{path.name}.{os.getpid()}{GROWING}")
        # Not its parents: a worker that is late must not bring back the folder of a run given up.
        path.parent.mkdir(exist_ok=True)
        self._writer = open_table(self._growing, table)
        self._schema = table.schema
        self._held: list[pa.RecordBatch] = []
        self._bytes = 0
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        self._bytes += batch.nbytes
        self._rows += batch.num_rows
        if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._flush()
        elif len(self._held) >= HELD_BATCHES:
            self._held = self._joined().combine_chunks().to_batches()

    def close(self) -> None:
        self._flush()
        self._writer.close()
        with self._growing.open("rb") as file:  # whole even after a loss of power: the next run may go on from it
            os.fsync(file.fileno())
        os.replace(self._growing, self._path)

    def discard(self) -> None:
        self._writer.close()
        self._growing.unlink(missing_ok=True)

    def _joined(self) -> pa.Table:
        """What is held, as one table."""
        return pa.Table.from_batches(self._held, self._schema)

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._joined(), row_group_size=self._rows)
            self._held, self._bytes, self._rows = [], 0, 0


class ShardWriter:
    """The open files of one branch of the pipeline.

    Args:
        folder: where the tables' folders lie.
        branch: what the branch makes; its errors go to a file of their own, so that no two branches
            write the same file.
        tables: the tables with the columns and vector lengths of this run.
    """

    def __init__(self, folder: Path, branch: str, tables: dict[str, Table]) -> None:
        self._folder = folder
        self._branch = branch
        self._tables = tables
        self._files: dict[str, dict[str, ShardFile]] = {}

    def write(self, rows: Rows) -> None:
        """Write the rows; close the shard's files if these were its last."""
        files = self._files.setdefault(rows.shard, {})
        if rows.batch is not None and rows.batch.num_rows:
            if rows.table not in files:
                name = f"{rows.shard}-{self._branch}" if rows.table == "errors" else rows.shard
                path = self._folder / rows.table / f"{name}{PARQUET}"
                files[rows.table] = ShardFile(path, self._tables[rows.table])
            files[rows.table].write(rows.batch)
        if rows.closes:
            done = self._files.pop(rows.shard)
            # By its rows of ``files`` a shard is taken for whole: they are the last to be there.
            for table in sorted(done, key=lambda name: name == "files"):
                done[table].close()

    def open_shards(self) -> Iterator[str]:
        """Shards that were begun and not closed."""
        yield from self._files

    def discard(self) -> None:
        for files in self._files.values():
            for file in files.values():
                file.discard()
        self._files = {}


def open_table(path: Path, table: Table) -> pq.ParquetWriter:
    """A writer of a table's file, in the format of now (:mod:`schemas.file_format`)."""
    return open_parquet(path, file_schema(table))


def open_parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer with encodings that the readers of people know (:mod:`schemas.file_format`); zstd."""
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=repeating(schema),
    )
