"""The embeddings of a snapshot as one matrix, kept ready beside large ones."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.files.atomic import sync
from pipelines.files.parquet import count_rows, read_batches, read_schema
from pipelines.store.switch import shown
from schemas.layout import SEARCH

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


def embedding_files(snapshot: Path) -> list[Path]:
    """The files of ``embeddings``, sorted by name; none where the corpus has no such table."""
    return files_with_vectors(snapshot, "embeddings")


def files_with_vectors(snapshot: Path, table: str) -> list[Path]:
    """The files of ``embeddings`` or ``speakers``, sorted by name; none where the corpus has no such table."""
    return sorted((snapshot / table).glob("*.parquet"))


def unit_rows(column: pa.Array) -> np.ndarray:
    """A column of vectors as float32 [n, dimension]; what float16 took from their length is given back."""
    values = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return values


def _shape(snapshot: Path) -> tuple[int, int]:
    paths = embedding_files(snapshot)
    rows = count_rows(paths)
    if not rows:
        return 0, 0
    return rows, read_schema(paths[0]).field("embedding").type.list_size


def _fill(snapshot: Path, into: Vectors) -> None:
    at = 0
    for batch in _batches(snapshot):
        end = at + batch.num_rows
        into.values[at:end] = unit_rows(batch.column("embedding"))
        ids = batch.column("recording_id")
        into.places["recording_id"][at:end] = np.array(ids.dictionary.to_pylist(), "S32")[ids.indices.to_numpy()]
        for name in ("channel", "start_ms", "end_ms"):
            into.places[name][at:end] = batch.column(name).to_numpy()
        at = end


def _batches(snapshot: Path) -> Iterator[pa.RecordBatch]:
    columns = ["recording_id", "channel", "start_ms", "end_ms", "embedding"]
    for path in embedding_files(snapshot):
        yield from (batch for batch in read_batches(path, BATCH_ROWS, columns) if batch.num_rows)


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
