"""Rows of ``files``, as what a corpus holds is looked up by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa


class FileRow(NamedTuple):
    """A row of ``files``; ``modified`` in microseconds since 1970.

    Attributes:
        content: the hash of its bytes; None where they were not read, or by an earlier version as a part of a take.
    """

    bytes: int
    modified: int | None
    recording_id: str | None
    status: str
    notes: tuple[str, ...] | None = ()
    part: int | None = None
    content: str | None = None


def _notes(table: pa.Table) -> list:
    """Most files have none: they share one empty tuple."""
    if "notes" not in table.column_names:  # of an earlier version
        return [None] * table.num_rows
    return [None if notes is None else tuple(notes) for notes in table["notes"].to_pylist()]


def _contents(table: pa.Table) -> list:
    """Earlier versions had no column for them: the id of a recording was the hash of the bytes of its file."""
    ids, parts = (table[name].to_pylist() if name in table.column_names else None for name in ("recording_id", "part"))
    assert ids is not None
    earlier = ids if parts is None else [key if n is None else None for key, n in zip(ids, parts, strict=True)]
    if "bytes_hash" not in table.column_names:
        return earlier
    return [now or before for now, before in zip(table["bytes_hash"].to_pylist(), earlier, strict=True)]


def file_rows_by_uri(table: pa.Table) -> dict[str, FileRow]:
    """The rows of ``files`` that an earlier run or a pass wrote, by URI."""
    columns: Sequence[list] = [
        table["bytes"].to_pylist(),
        table["modified"].cast(pa.int64()).to_pylist(),
        table["recording_id"].to_pylist(),
        table["status"].to_pylist(),
        _notes(table),
        table["part"].to_pylist() if "part" in table.column_names else [None] * table.num_rows,
        _contents(table),
    ]
    rows: Iterator[FileRow] = map(FileRow._make, zip(*columns, strict=True))
    return dict(zip(table["uri"].to_pylist(), rows, strict=True))
