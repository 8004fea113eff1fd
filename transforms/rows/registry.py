"""Which function makes the rows of which table: what is not here stays empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from schemas.records import Clip, Segment, Window
from schemas.table import Table
from transforms.rows import sound, speech
from transforms.rows.answers import Answers

ROWS: Mapping[str, Callable[[Any], pa.RecordBatch]] = {**sound.ROWS, **speech.ROWS}
"""Of each table that no model makes: from windows, segments or clips (what the table hears) to its rows of them."""

ANSWERS: Mapping[str, Callable[[Table, Answers], pa.RecordBatch]] = {**sound.ANSWERS, **speech.ANSWERS}
"""Of each job: from its table, sized for the checkpoint, and what the model said, to rows."""


def rows_of(heard: Sequence[Window | Segment | Clip], tables: Sequence[str]) -> dict[str, pa.RecordBatch]:
    """The rows of each of ``tables`` for ``heard``, at least one, all of the kind that these tables hear."""
    if isinstance(heard[0], Window):
        heard = sound.Windows(heard)  # type: ignore[arg-type]  # all are of one stream
    return {table: ROWS[table](heard) for table in tables}
