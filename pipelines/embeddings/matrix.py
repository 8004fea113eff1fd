"""The embeddings of a snapshot as one matrix, kept ready beside large ones."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.files.atomic import sync
from pipelines.store.read import Snapshot, unit_rows
from pipelines.store.switch import shown
from schemas.layout import SEARCH

TABLE = "embeddings"
VALUES, PLACES = "vectors.npy", "places.npy"
CACHED_ROWS = 20_000
"""Fewer are read from Parquet in less than a tenth of a second."""
BATCH_ROWS = 16_384
ABANDONED_SECONDS = 3600
"""A cache that has been growing for so long is of a process that died."""

PLACE = np.dtype([("recording_id", "S32"), ("channel", "<i2"), ("start_ms", "<i4"), ("end_ms", "<i4")])


@dataclass(frozen=True)
class Vectors:
    """The CLAP vectors of a snapshot as one matrix, and the stretch of each row.

    Attributes:
        values: float32 [n, dimension], unit length, contiguous; of a large corpus mapped from a file.
        places: the stretch of each row, PLACE [n].
    """

    values: np.ndarray
    places: np.ndarray


def vectors_of(snapshot: Path) -> Vectors:
    """All embeddings of a snapshot, in the order of its files.

    Of a large corpus the matrix (2 kB for each window of 512 values) is made once, next to its tables, and
    mapped into memory.  Any number of processes may do that at the same time: the first to be done
    wins.  Where nothing can be written it is made in memory.

    Raises:
        FileNotFoundError: the snapshot is gone.
    """
    rows, dimension = _shape(snapshot)
    if rows >= CACHED_ROWS:
        try:
            if not (snapshot / SEARCH).is_dir():
                _build(snapshot, rows, dimension)
            return _mapped(snapshot / SEARCH)
        except OSError:
            pass  # a full disk, an archive that may only be read
    found = Vectors(np.empty((rows, dimension), np.float32), np.empty(rows, PLACE))
    _fill(snapshot, found)
    return found


def _shape(snapshot: Path) -> tuple[int, int]:
    found = Snapshot(snapshot)
    rows, schema = found.count(TABLE), found.schema(TABLE)
    if not rows or schema is None:
        return 0, 0
    return rows, schema.field("embedding").type.list_size


def _fill(snapshot: Path, into: Vectors) -> None:
    at = 0
    columns = ["recording_id", "channel", "start_ms", "end_ms", "embedding"]
    for batch in Snapshot(snapshot).batches(TABLE, BATCH_ROWS, columns):
        end = at + batch.num_rows
        into.values[at:end] = unit_rows(batch.column("embedding"))
        ids = batch.column("recording_id").dictionary_encode()  # a handful of recordings, many windows
        into.places["recording_id"][at:end] = np.array(ids.dictionary.to_pylist(), "S32")[ids.indices.to_numpy()]
        for name in ("channel", "start_ms", "end_ms"):
            into.places[name][at:end] = batch.column(name).to_numpy()
        at = end


def _build(snapshot: Path, rows: int, dimension: int) -> None:
    """Make the cache under another name; it takes its own when it is whole."""
    for growing in snapshot.glob(f".{SEARCH}-*"):
        if time.time() - growing.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(growing, ignore_errors=True)
    growing = Path(tempfile.mkdtemp(prefix=f".{SEARCH}-", dir=snapshot))
    try:
        values = np.lib.format.open_memmap(growing / VALUES, "w+", np.float32, (rows, dimension))
        places = np.lib.format.open_memmap(growing / PLACES, "w+", PLACE, (rows,))
        _fill(snapshot, Vectors(values, places))
        values.flush()
        places.flush()
        for name in (VALUES, PLACES):
            sync(growing / name)
        growing.chmod(0o755)
        os.rename(growing, snapshot / SEARCH)
    except OSError:
        if not (snapshot / SEARCH).is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    _remove_older(snapshot)


def _remove_older(snapshot: Path) -> None:
    """Remove the caches of snapshots that were published before; whoever reads one keeps what it has mapped.

    A reader may be slower than a run that publishes: the published snapshot, and those after this one, keep theirs.
    """
    seen = shown(snapshot.parent.parent)
    for other in snapshot.parent.glob(f"[!.]*/{SEARCH}"):
        if other.parent.name < snapshot.name and other.parent != seen:
            shutil.rmtree(other, ignore_errors=True)


def _mapped(folder: Path) -> Vectors:
    return Vectors(np.load(folder / VALUES, mmap_mode="r"), np.load(folder / PLACES, mmap_mode="r"))
