"""How long a night without news takes, the whole command: ``python -m benchmarks.nights [FILES]``.

The archive and the corpus are made up: files of ten seconds that are nearly all holes, and rows that say that they
are known.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile

from pipelines.run.prepare import Prepared, prepare
from pipelines.run.run import run
from pipelines.store.file_rows import FileRow
from pipelines.store.folder import Folder, published
from pipelines.store.manifest import Holdings
from pipelines.store.publish import fill as fill_tables
from pipelines.store.recipes import recipes_of
from schemas.catalog import TABLES
from schemas.config import from_mapping
from transforms.shards import open_table

FILES = 100_000
FOLDERS = 100
BYTES = 320_000
"""Ten seconds at 16 kHz.  Files of a few bytes would be opened, for they may be pointers to what lies elsewhere."""
RUN_ID = "20260101T000000Z-0000"
WANTED = ["windows", "frames", "segments", "prosody"]


def fill(archive: Path, files: int) -> None:
    """Files that a run would have to look at, if it did not know them: as large as recordings, and nearly all holes."""
    for number in range(FOLDERS):
        (archive / f"{number:03d}").mkdir(parents=True)
    for number in range(files):
        with (archive / f"{number % FOLDERS:03d}" / f"{number:07d}.wav").open("wb") as file:
            file.write(b"x")
            file.truncate(BYTES + number % 7)


def _recordings(folder: Path, ids: list[str], uris: list[str]) -> pa.Table:
    """A row of ``recordings`` for each id: that of a recording which a run heard, under another name."""
    tone, out = folder / "tone.wav", folder / "one"
    soundfile.write(tone, 0.1 * np.sin(np.arange(16_000) / 10), 16_000)
    run(prepare(from_mapping({"recordings": [str(tone)], "out": str(out), "tables": ["windows"]})))
    schema = TABLES["recordings"].schema
    heard = pq.read_table(published(out) / "recordings", partitioning=None).take(pa.array([0] * len(ids)))
    own = {"recording_id": ids, "uri": uris, "sound_hash": [f"{i:040x}" for i in range(len(ids))]}
    columns = [pa.array(own[f.name], f.type) if f.name in own else heard[f.name].cast(f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def publish_known(prepared: Prepared, out: Path) -> None:
    """A corpus that knows every file, as though a run had made it."""
    corpus = Folder(out)
    out.mkdir()
    folder = corpus.begin(RUN_ID)
    sources = prepared.sources
    ids = [f"{number:032x}" for number in range(len(sources))]
    recipes = recipes_of(prepared.config, prepared.tables, {})
    modified = [source.modified_ns // 1000 for source in sources]
    holdings = Holdings()
    holdings.files = {
        s.uri: FileRow(s.bytes, at, key, "complete") for s, at, key in zip(sources, modified, ids, strict=True)
    }
    holdings.made = dict.fromkeys(ids, recipes)
    holdings.write(folder)
    values: dict[str, list] = {
        "uri": [source.uri for source in sources],
        "bytes": [source.bytes for source in sources],
        "modified": modified,
        "recording_id": ids,
        "bytes_hash": ids,
        "status": ["complete"] * len(ids),
        "run_id": [RUN_ID] * len(ids),
    }
    schema = TABLES["files"].schema
    unknown = [None] * len(ids)
    columns = [pa.array(values.get(field.name, unknown), field.type) for field in schema]
    (folder / "files").mkdir()
    with open_table(folder / "files" / "all.parquet", TABLES["files"]) as writer:
        writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    heard = _recordings(out.parent, ids, values["uri"])
    (folder / "recordings").mkdir()
    with open_table(folder / "recordings" / "all.parquet", TABLES["recordings"]) as writer:
        writer.write_table(heard)
    fill_tables(folder, {name: TABLES[name] for name in prepared.tables})
    corpus.publish(folder)


def night_in(folder: Path, files: int) -> tuple[Path, Path]:
    """An archive in a folder, and a corpus that knows all of it."""
    archive, out = folder / "archive", folder / "out"
    fill(archive, files)
    config = from_mapping({"recordings": [str(archive)], "out": str(out), "tables": WANTED})
    publish_known(prepare(config), out)
    run(prepare(config))  # it finds no news, and still publishes: no run has told before how it ended
    return archive, out


def main(arguments: list[str]) -> None:
    """Make the archive, run over it, print what it took."""
    files = int(arguments[0]) if arguments else FILES
    with tempfile.TemporaryDirectory() as made:
        archive, out = night_in(Path(made), files)
        command = [sys.executable, "-m", "pipelines", "run", str(archive), "--out", str(out)]
        before = os.times()
        began = time.perf_counter()
        subprocess.run([*command, "--tables", ",".join(WANTED)], check=True)
        seconds = time.perf_counter() - began
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{files:,} known files: {seconds:.1f} s, of them {cpu:.1f} s of CPU, peak memory {peak:,} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
