"""Runs of the pipeline in this process, timed from a prepared configuration to the published corpus."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.material import DEMO
from benchmarks.ways import words_of
from pipelines.run.run import Prepared, prepare, run
from schemas.config import from_mapping
from schemas.devices import INT8
from schemas.jobs import JOBS

NOTHING = DEMO / "broken" / "garbage.wav"
"""No decoder opens it: a run over it costs what every run costs, however little it hears."""


def nothings(folder: Path, n: int) -> list[Path]:
    """Files like :data:`NOTHING`, each of its own content, so that as many workers start.

    A worker costs what it costs before it hears anything: a process that decodes, and the chain that it is given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{i}.wav" for i in range(n)]
    for i, path in enumerate(paths):
        path.write_bytes(NOTHING.read_bytes() + bytes([i]))
    return paths


@dataclass(frozen=True)
class Ran:
    """One run, measured.

    Attributes:
        seconds: wall time; not of understanding the configuration, and the models were loaded before.
        audio_seconds: that were decoded.
        speech_share: of all recordings together; None where no table needed speech.
        numbers: by job, the precision and the engine of its model, as the ``model`` column names them.
    """

    seconds: float
    audio_seconds: float
    speech_share: float | None
    numbers: Mapping[str, str]

    def is_in(self, way: str) -> bool:
        """Whether a model was computed as asked: int8 is taken where a model can be made so, and else what ``auto``
        takes."""
        return way != INT8 or any(INT8 in numbers for numbers in self.numbers.values())


def prepared(
    paths: Sequence[Path],
    out: Path,
    models: Mapping[str, Path],
    *,
    tables: Sequence[str] | None = None,
    device: str = "cpu",
    precision: str = "fp32",
) -> Prepared:
    """A run over ``paths`` with the checkpoints ``models`` and no others.

    Args:
        tables: only these and what they need; None for all.
        precision: with its engine, see :mod:`benchmarks.ways`.
    """
    numbers, engine = words_of(precision)
    values = {
        "recordings": [str(path) for path in paths],
        "out": str(out),
        "model": {job: str(models.get(job, "none")) for job in JOBS},
        "language": "en",
        "device": device,
        "precision": numbers,
        "engine": engine,
        **({} if tables is None else {"tables": list(tables)}),
    }
    return prepare(from_mapping(values))


def timed_run(ready: Prepared) -> Ran:
    """Do it, and remove what it published.

    Raises:
        RuntimeError: a row of errors of a run that heard something: one that leaves work out cannot be compared.
    """
    gc.collect()
    began = time.perf_counter()
    published = run(ready)
    seconds = time.perf_counter() - began
    assert published is not None, "the corpus was there already"
    measured = published.measured
    if measured.errors and measured.audio_seconds:
        raise RuntimeError(f"the run to be timed had errors: {dict(measured.errors)}")
    share = _speech_share(published.snapshot)
    shutil.rmtree(ready.config.out)
    numbers = {job: model.rpartition("/")[2] for job, model in measured.models.items()}
    return Ran(seconds, measured.audio_seconds, share, numbers)


def in_words(way: str, ran: Ran) -> str:
    """What a way came to, for a note."""
    return f"{way}: {', '.join(f'{job} {numbers}' for job, numbers in sorted(ran.numbers.items()))}."


def _speech_share(snapshot: Path) -> float | None:
    rows = pq.read_table(
        snapshot / "recordings", columns=["duration_ms", "speech_share"], partitioning=None
    ).to_pylist()
    if any(row["speech_share"] is None for row in rows):
        return None
    total = sum(row["duration_ms"] for row in rows)
    return sum(row["duration_ms"] * row["speech_share"] for row in rows) / total if total else None
