"""The rows of an answer in batches, and as values of Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa

INFINITE = {32: 2**31 - 1, 64: 2**63 - 1}
"""How DuckDB writes a date or a time that is infinite, by the bits of its type."""


def different_names(names: Sequence[str]) -> list[str]:
    """Each name once: the second ``a`` is ``a_1``, as DuckDB calls it within a question."""
    taken = set(names)
    found: list[str] = []
    for name in names:
        n, new = 0, name
        while new in found or (n and new in taken):
            n, new = n + 1, f"{name}_{n + 1}"
        found.append(new)
    return found


def batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches of an answer, with DuckDB's own errors.

    Raises:
        duckdb.Error: as DuckDB said it; Arrow wraps what goes wrong behind the first batch into an OSError of no
            number.
    """
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:
            raise duckdb.Error(str(error)) from None
        yield batch


def rows(reader: pa.RecordBatchReader) -> Iterator[Sequence[Any]]:
    """By position: two columns may bear one name."""
    for batch in batches(reader):
        yield from zip(*(values(column) for column in batch.columns), strict=True)


def values(column: pa.Array) -> list[Any]:
    """The values of a column; a date that Python has no word for, as text."""
    try:
        return column.to_pylist()
    except (OverflowError, ValueError):  # dates of before the year 1 and after 9999, and infinity
        return [_value(scalar) for scalar in column]


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        if abs(getattr(scalar, "value", 0)) >= INFINITE.get(scalar.type.bit_width, 0):
            return "infinity" if scalar.value > 0 else "-infinity"
        return scalar.cast(pa.string()).as_py()
