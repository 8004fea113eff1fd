"""A branch of the chain: items gathered, made into rows, and written by the worker itself."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

from schemas.catalog import stage_of
from schemas.reasons import Reason
from schemas.records import Place, Problem, Rows
from schemas.table import Table
from transforms.gather import Evenly, Gatherer, Group, Item
from transforms.progress import Ticker
from transforms.rows.inventory import error_rows
from transforms.shards import ShardWriter
from transforms.stages.groups import OfGroups


class GatherItems(beam.DoFn):
    """Items to groups; see :class:`transforms.gather.Gatherer`, and with several threads `Evenly` there."""

    def __init__(
        self,
        enough: float,
        weigh: Callable[[Any], float],
        convert: Callable[[Any], Any] | None = None,
        threads: int = 1,
    ) -> None:
        self._enough = enough
        self._weigh = weigh
        self._convert = convert
        self._threads = threads

    def start_bundle(self) -> None:
        self._gatherer: Gatherer[Any] = Gatherer(self._enough, self._weigh)
        self._evenly: Evenly[Any] = Evenly(self._threads, self._weigh)

    def process(self, item: Item[Any]) -> Iterator[Group[Any]]:
        if self._convert is not None and item.value is not None:
            item = Item(item.shard, self._convert(item.value))
        group = self._gatherer.push(item)
        if group is not None:
            yield from self._evenly.push(group)

    def finish_bundle(self) -> None:
        if not (self._gatherer.is_empty and self._evenly.is_empty):
            raise RuntimeError("a bundle ended within a shard: this engine does not fuse the chain")


TablesOf = Callable[[Sequence[Any], Sequence[str]], dict[str, pa.RecordBatch]]


def tabulate(group: Group[Any], tables: Sequence[str], make: TablesOf, run_id: str) -> Iterator[Rows]:
    """The rows of a group in each of ``tables``.

    When the group as a whole raises, each item is tried alone for each table: one that fails becomes
    a row of errors and costs its row of that table, so that what points to its other rows finds them.
    """
    try:
        made = [make(group.values, tables)] if group.values else []
    except Exception:
        made = []
        for value in group.values:
            for table in tables:
                try:
                    made.append(make([value], [table]))
                except Exception as error:
                    yield Rows("errors", group.shard, _error(value.place, table, error, run_id))
    for batches in made:
        for table, batch in batches.items():
            yield Rows(table, group.shard, batch)
    yield Rows(tables[0], group.shard, None, closes=group.closes)


class Tabulate(OfGroups):
    """Groups to the rows of some tables; see :func:`tabulate`."""

    def __init__(self, tables: Sequence[str], make: TablesOf, run_id: str, threads: int = 1) -> None:
        super().__init__(threads)
        self._tables = tables
        self._rows_of = make
        self._run_id = run_id

    def make(self, group: Group[Any]) -> list[Rows]:
        return list(tabulate(group, self._tables, self._rows_of, self._run_id))


def _error(place: Place, table: str, error: Exception, run_id: str) -> pa.RecordBatch:
    where = traceback.extract_tb(error.__traceback__)[-1]
    message = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    problem = Problem(stage_of(table), Reason.INTERNAL, message)
    return error_rows([problem], run_id, uri="", recording_id=None, places=[place])


class WriteRows(beam.PTransform):
    """Rows into one Parquet file for each shard and table, by the worker that made them."""

    def __init__(self, folder: str, branch: str, tables: dict[str, Table], ticks: tuple[str, int] | None) -> None:
        super().__init__()
        self._write = _Write(folder, branch, tables, ticks)

    def expand(self, rows: beam.PCollection[Rows]) -> beam.PCollection[None]:
        return rows | beam.ParDo(self._write)


class _Write(beam.DoFn):
    def __init__(self, folder: str, branch: str, tables: dict[str, Table], ticks: tuple[str, int] | None) -> None:
        self._folder = folder
        self._branch = branch
        self._tables = tables
        self._ticks = ticks

    def setup(self) -> None:
        self._ticker = Ticker(self._ticks)

    def start_bundle(self) -> None:
        self._writer = ShardWriter(Path(self._folder), self._branch, self._tables)

    def process(self, rows: Rows) -> None:
        self._writer.write(rows)
        if rows.table == "errors" and rows.batch is not None and self._branch != "inventory":
            self._ticker.add(errors=rows.batch.num_rows)

    def finish_bundle(self) -> None:
        self._ticker.send()
        left = list(self._writer.open_shards())
        if left:
            self._writer.discard()
            raise RuntimeError(f"a bundle ended within the shard {left[0]}: this engine does not fuse the chain")
