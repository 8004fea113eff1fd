"""The columns that several tables share, and how the types are written on disk."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from schemas.table import Reference, column


def list_of(type: pa.DataType) -> pa.ListType:
    """A list of any length, none of whose elements is null."""
    return pa.list_(pa.field("element", type, nullable=False))


VECTOR = list_of(pa.float32())
"""Of one length in a table (:meth:`schemas.table.Table.with_vector`); rounded to float16, which many readers lack."""


EMBEDDING = column("embedding", VECTOR, "unit vector; a dot product is the cosine", norm=1)


def label(name: str, doc: str, **rules: Any) -> pa.Field:
    """An id or a label: text that repeats from row to row, so that a file keeps each one once."""
    return column(name, pa.string(), doc, repeats=True, **rules)


def milliseconds(name: str, doc: str, *, low: float | None = 0, nullable: bool = False) -> pa.Field:
    """A time or a duration: whole milliseconds, of which int32 holds 24 days."""
    return column(name, pa.int32(), doc, unit="ms", low=low, nullable=nullable)


RECORDING = label(
    "recording_id",
    "who the sound is: SHA-256, first 128 bits, of the bytes of the file in which it was first met; files of other "
    "bytes with the same sound that come later have the same",
    regex=r"[0-9a-f]{32}$",
)
CHANNEL = column("channel", pa.int16(), "0 is the mix of all channels; 1, 2, ... a channel kept apart", low=0)
START = milliseconds("start_ms", "where the stretch starts in the recording")
END = milliseconds("end_ms", "where the stretch ends in the recording")
STRETCH = (RECORDING, CHANNEL, START, END)
"""Every row about a stretch of audio begins with these."""

MODEL = label(
    "model",
    "the checkpoint that made the row: name@revision/precision, with -ENGINE where another than torch computed it",
)
RUN = label("run_id", "the run that made the row")

WINDOW_ID = column("window_id", pa.string(), "recording_id/channel/start_ms of the window")
SEGMENT_ID = column("segment_id", pa.string(), "recording_id/channel/start_ms of the segment of speech")

PLACE_KEY = ("recording_id", "channel", "start_ms")
OF_RECORDING = Reference(("recording_id",), "recordings")
OF_WINDOW = Reference(("window_id",), "windows")
OF_SEGMENT = Reference(("segment_id",), "segments")


def share(name: str, doc: str, *, nullable: bool = False) -> pa.Field:
    """A share or a probability: float32 in [0, 1]."""
    return column(name, pa.float32(), doc, unit="1", low=0, high=1, nullable=nullable)
