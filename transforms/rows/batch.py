"""Columns of Python values into an Arrow batch of a declared table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas.records import Place
from schemas.table import Table


def to_batch(table: Table, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """An Arrow batch with exactly the table's columns.

    Raises:
        ValueError: a column is missing or too many (pyarrow alone would not notice), or a null stands
            where none may.
    """
    if set(columns) != set(table.schema.names):
        wrong = set(columns) ^ set(table.schema.names)
        raise ValueError(f"{table.name}: columns missing or unknown: {', '.join(sorted(wrong))}")
    arrays = []
    for field in table.schema:
        values = columns[field.name]
        array = values if isinstance(values, pa.Array) else pa.array(values, field.type)
        if array.null_count and not field.nullable:
            raise ValueError(f"{table.name}.{field.name}: a null in a column that has none")
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def stretch_columns(places: Iterable[Place]) -> dict[str, list[Any]]:
    """The columns that every row about a stretch of audio begins with."""
    places = list(places)
    return {
        "recording_id": [p.recording_id for p in places],
        "channel": [p.channel for p in places],
        "start_ms": [p.start_ms for p in places],
        "end_ms": [p.end_ms for p in places],
    }


def vectors(arrays: Sequence[Any], type: pa.DataType) -> pa.Array:
    """Float vectors [dimension] as a fixed-size list array of float32, rounded to float16.

    Half of the bits of a vector tell nothing (recall of the nearest ten is 1.00 without them), and zeros compress; as a
    type float16 is unknown to Spark and others.
    """
    import numpy as np

    flat = np.stack(arrays).astype(np.float16).astype(np.float32)
    return pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel(), pa.float32()), type=type)


def float_lists(arrays: Sequence[Any], type: pa.DataType, *, nan_is_null: bool = False) -> pa.Array:
    """Float arrays [n], of any lengths, as a list array of float32."""
    import numpy as np

    offsets = np.cumsum([0, *(len(a) for a in arrays)], dtype=np.int32)
    flat = np.concatenate(arrays).astype(np.float32) if arrays else np.zeros(0, np.float32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat, from_pandas=nan_is_null), type=type)
