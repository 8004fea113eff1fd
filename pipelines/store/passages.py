"""Rows that speak of a passage that has to go: found, and left out of every table that is put together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.files.parquet import read_batches, read_schema
from pipelines.store.manifest import Holdings
from pipelines.store.read import Snapshot
from pipelines.store.sounds import sounds_in
from schemas.catalog import TABLES
from schemas.forgotten import Forgotten, Stretch

BATCH_ROWS = 16_384
PLACE = ("recording_id", "start_ms", "end_ms")
PARENT = "segment_id"


def judged_by(names: Collection[str]) -> list[str]:
    """Of the columns of a table those by which its rows are judged; none where they are of no stretch."""
    return [*PLACE, *([PARENT] if PARENT in names else [])] if set(PLACE) <= set(names) else []


@dataclass(frozen=True)
class Passages:
    """Passages of recordings, and the segments that reach into them.

    A row goes whole if its stretch overlaps a passage, or if the segment that it is a part of does: half of a vector, a
    spectrogram or an utterance is none, and no row may point to one that is not there.

    Attributes:
        of: by recording_id, half-open stretches in milliseconds.
        segments: the ids of segments that overlap one.
    """

    of: Mapping[str, tuple[Stretch, ...]]
    segments: frozenset[str] = frozenset()

    @classmethod
    def among(cls, forgotten: Forgotten, holdings: Holdings) -> Passages:
        """Those of the recordings of a corpus, each known by its id or by its sound."""
        if not forgotten.passages:
            return cls({})
        sounds = sounds_in(holdings)
        found = ((key, forgotten.passages_of(key, sounds.get(key))) for key in holdings.alive())
        return cls({key: stretches for key, stretches in found if stretches})

    def with_segments(self, paths: Iterable[tuple[Path, Iterable[str]]]) -> Passages:
        """With the segments of some files that overlap a passage.

        Args:
            paths: files of the table ``segments``, each with the recordings whose rows in it no longer count.
        """
        found: set[str] = set()
        for path, drop in paths if self.of else ():
            left = Passages({key: stretches for key, stretches in self.of.items() if key not in set(drop)})
            for batch in read_batches(path, BATCH_ROWS, [*PLACE, PARENT]):
                found.update(batch.filter(pa.array(left.speak(batch)))[PARENT].to_pylist())
        return Passages(self.of, frozenset(found))

    def speak(self, rows: pa.RecordBatch) -> np.ndarray:
        """Which rows speak of a passage, bool [n].

        Args:
            rows: with the columns of :func:`judged_by` at least.
        """
        spoken = np.zeros(rows.num_rows, bool)
        if not self.of or not judged_by(rows.schema.names):
            return spoken
        keys = rows["recording_id"].to_numpy(zero_copy_only=False)
        starts, ends = (rows[name].to_numpy(zero_copy_only=False) for name in PLACE[1:])
        for key in set(keys) & self.of.keys():
            mine = keys == key
            for start, end in self.of[key]:
                spoken |= mine & (starts < end) & (ends > start)
        if self.segments and PARENT in rows.schema.names:
            spoken |= np.isin(rows[PARENT].to_numpy(zero_copy_only=False).astype(object), list(self.segments))
        return spoken

    def are_in(self, path: Path) -> bool:
        """Whether a file has rows that speak of one."""
        if not self.of:
            return False  # most have none, and a file that is made anew need not be readable
        columns = judged_by(read_schema(path).names)
        return bool(columns) and any(self.speak(rows).any() for rows in read_batches(path, BATCH_ROWS, columns))

    def rows_without(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that speak of none."""
        spoken = self.speak(rows)
        return rows.filter(pa.array(~spoken)) if spoken.any() else rows


NO_PASSAGES = Passages({})


def speaks(snapshot: Snapshot, passages: Passages) -> bool:
    """Whether rows of a snapshot speak of one: of what others hang on, for a snapshot is shown as a whole."""
    return any(passages.are_in(path) for name in ("windows", "segments") for path in snapshot.files(name))


def count_of(snapshot: Snapshot, name: str, passages: Passages) -> int:
    """The rows of a table that speak of one; 0 for a table whose rows are of no stretch."""
    columns = judged_by(TABLES[name].schema.names)
    batches = snapshot.batches(name, BATCH_ROWS, columns) if columns else ()
    return sum(int(passages.speak(rows).sum()) for rows in batches)
