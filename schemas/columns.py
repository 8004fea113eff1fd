"""The columns that several tables share, and how the types are written on disk."""

from __future__ import annotations

import pyarrow as pa

from schemas.table import Reference, column

ID = pa.dictionary(pa.int32(), pa.string())
"""Ids and labels repeat from row to row: the only columns that are dictionary encoded."""

MILLISECONDS = pa.int32()

RECORDING = column(
    "recording_id", ID, "hash of the bytes of the recording: SHA-256, first 128 bits", regex=r"[0-9a-f]{32}$"
)
CHANNEL = column("channel", pa.int16(), "0 is the mix of all channels; 1, 2, ... a channel kept apart", low=0)
START = column("start_ms", MILLISECONDS, "where the stretch starts in the recording", unit="ms", low=0)
END = column("end_ms", MILLISECONDS, "where the stretch ends in the recording", unit="ms", low=0)
STRETCH = (RECORDING, CHANNEL, START, END)
"""Every row about a stretch of audio begins with these."""

MODEL = column(
    "model", ID, "the checkpoint that made the row: name@revision/precision, with -openvino where OpenVINO computed it"
)
RUN = column("run_id", ID, "the run that made the row")

WINDOW_ID = column("window_id", pa.string(), "recording_id/channel/start_ms of the window")
SEGMENT_ID = column("segment_id", pa.string(), "recording_id/channel/start_ms of the segment of speech")

PLACE_KEY = ("recording_id", "channel", "start_ms")
OF_RECORDING = Reference(("recording_id",), "recordings")
OF_WINDOW = Reference(("window_id",), "windows")
OF_SEGMENT = Reference(("segment_id",), "segments")


def share(name: str, doc: str, *, nullable: bool = False) -> pa.Field:
    """A share or a probability: float32 in [0, 1]."""
    return column(name, pa.float32(), doc, unit="1", low=0, high=1, nullable=nullable)
