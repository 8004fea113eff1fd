"""A row goes with the passage that it reaches into, and with the segment that does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.store.passages import Passages


def test_rows_that_speak_of_a_passage() -> None:
    place = {
        "recording_id": ["a", "a", "a", "b", "a"],
        "start_ms": [0, 900, 2_000, 1_000, 500],
        "end_ms": [1_000, 1_001, 3_000, 2_000, 600],
        "segment_id": ["s1", "s2", "s3", "s4", "s2"],
    }
    batch = pa.RecordBatch.from_pydict({name: pa.array(values) for name, values in place.items()})
    passages = Passages({"a": ((1_000, 2_000),)})
    assert passages.speak(batch).tolist() == [False, True, False, False, False]
    with_parents = Passages(passages.of, frozenset({"s2"}))
    assert with_parents.speak(batch).tolist() == [False, True, False, False, True]
    assert with_parents.rows_without(batch)["segment_id"].to_pylist() == ["s1", "s3", "s4"]
    assert not np.any(Passages({}).speak(batch))
