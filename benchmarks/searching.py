"""How long a search over many windows takes: ``python -m benchmarks.searching [--windows N]``.

The tables are synthetic: random unit vectors, as a run writes them.  Two times are printed: making the matrix (once
a snapshot), and a search by one vector with the matrix in the page cache, the median of several.
The model's own time, which the corpus does not change, is left out.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.machine import cores
from pipelines.embeddings.matrix import BATCH_ROWS, vectors_of
from pipelines.embeddings.nearest import nearest
from schemas.catalog import TABLES
from transforms.shards import open_table

DIMENSION = 512
WINDOWS_EACH = 360
"""Windows of a recording: an hour."""
ROUNDS = 9


def write_embeddings(snapshot: Path, windows: int, seed: int = 0) -> None:
    """A table ``embeddings`` of random unit vectors, sorted by recording."""
    table = TABLES["embeddings"].with_vector("embedding", DIMENSION)
    schema = table.schema
    random = np.random.default_rng(seed)
    (snapshot / "embeddings").mkdir(parents=True)
    with open_table(snapshot / "embeddings" / "synthetic.parquet", table) as writer:
        for start in range(0, windows, BATCH_ROWS):
            numbers = np.arange(start, min(start + BATCH_ROWS, windows))
            vectors = random.standard_normal((len(numbers), DIMENSION), np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            ids = [f"{number // WINDOWS_EACH:032x}" for number in numbers]
            starts = numbers % WINDOWS_EACH * 10_000
            columns = {
                "window_id": pa.array(f"{key}/0/{at}" for key, at in zip(ids, starts, strict=True)),
                "recording_id": pa.array(ids),
                "channel": pa.array(np.zeros(len(numbers), np.int16)),
                "start_ms": pa.array(starts, pa.int32()),
                "end_ms": pa.array(starts + 10_000, pa.int32()),
                "embedding": pa.FixedSizeListArray.from_arrays(
                    pa.array(vectors.astype(np.float16).astype(np.float32).ravel()), type=schema.field("embedding").type
                ),
                "model": pa.array(["synthetic@000000000000/fp32"] * len(numbers)),
            }
            rows = pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
            writer.write_table(rows, row_group_size=max(1, rows.num_rows))


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.searching", description="A search over many windows.")
    parser.add_argument("--windows", type=int, default=1_000_000, metavar="N", help="default: 1,000,000")
    parser.add_argument("--folder", metavar="FOLDER", help="where the tables are made (4 GB for a million windows)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        snapshot = Path(folder) / "snapshots" / "one"
        write_embeddings(snapshot, arguments.windows)
        build = timed(lambda: vectors_of(snapshot))
        query = np.random.default_rng(1).standard_normal((1, DIMENSION), np.float32)
        query /= np.linalg.norm(query)
        nearest(vectors_of(snapshot), query, 20)
        times = [timed(lambda: nearest(vectors_of(snapshot), query, 20)) for _ in range(ROUNDS)]
    print(f"{arguments.windows:,} windows of {DIMENSION} values, {cores()} cores")
    print(f"matrix made: {build:.1f} s; search, warm: {statistics.median(times):.3f} s (least {min(times):.3f} s)")


if __name__ == "__main__":
    main()
