"""pyarrow by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from answers import Rows, answer

Asked = Mapping[str, Any]


def read(folder: str) -> Rows:
    return pq.read_table(folder).to_pylist()


def joined(asked: Asked) -> Any:
    folders = {name: table["folder"] for name, table in asked["tables"].items()}
    said = pq.read_table(folders["transcripts"], columns=["segment_id", "recording_id", "text"])
    mood = pq.read_table(folders["emotions"], columns=["segment_id", "start_ms", "label", "confidence"])
    own = pq.read_table(folders["recordings"], columns=["recording_id", "region"])
    together = said.join(mood, "segment_id", join_type="inner").join(own, "recording_id", join_type="inner")
    columns = ("segment_id", "start_ms", "region", "label", "confidence", "text")
    return sorted(tuple(row[name] for name in columns) for row in together.to_pylist())


def one_recording(asked: Asked) -> Any:
    found = pq.read_table(asked["tables"]["windows"]["folder"], filters=pc.field("recording_id") == asked["one"])
    return sorted(found["window_id"].to_pylist())


answer(read, {"joined": joined, "one_recording": one_recording})
