"""What a run did: its row of ``runs``, from its tables and what its passes counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.audit.check import Check
from pipelines.run.tally import Tally
from pipelines.store.consent import from_anywhere
from pipelines.store.read import Snapshot
from pipelines.store.versions import versions
from schemas.config import Config, to_mapping
from schemas.layout import PARQUET
from schemas.table import Table, is_list
from transforms.rows.batch import to_batch
from transforms.shards import open_table


@dataclass(frozen=True)
class Measured:
    """Counts and times of a run.

    Attributes:
        rows: rows of each table.
        files: rows of ``files`` by status.
        errors: rows of ``errors`` by reason.
        notes: files by what is noted of them.
        audio_seconds: length of what was decoded.
        kept_seconds: the same over all channels that were kept.
        wall_seconds: from the start to the end of the last stage.
        model_seconds: inside each model, summed over workers.
        models: what the ``model`` column says, by job.
        seen_ms: audio that each model saw, padding and repetition included, in milliseconds.
        padding_ms: of that, what was padding or repetition.
        inputs: files by what the run did about them: taken up, failed of these, skipped, resumed from a run
            that did not come to its end, pruned, waiting for the next run.
        workers: who did it: ``processes``, ``threads`` of each, ``peak_bytes``, the most memory that one of them had.
    """

    rows: Mapping[str, int]
    files: Mapping[str, int]
    errors: Mapping[str, int]
    notes: Mapping[str, int]
    audio_seconds: float
    kept_seconds: float
    wall_seconds: float
    model_seconds: Mapping[str, float]
    models: Mapping[str, str]
    seen_ms: Mapping[str, int]
    padding_ms: Mapping[str, int]
    inputs: Mapping[str, int]
    workers: Mapping[str, int] = field(default_factory=dict)


def measure(
    folder: Path,
    tables: Mapping[str, Table],
    tallies: Iterable[Tally],
    models: Mapping[str, str],
    wall_seconds: float,
    inputs: Mapping[str, int],
    workers: Mapping[str, int],
) -> Measured:
    """Count what lies in ``folder`` and add up the ``tallies`` of the passes."""
    made = Snapshot(folder)
    total = Tally.sum(tallies)
    return Measured(
        rows={name: made.count(name) for name in tables if name != "runs"},
        files=_count_by(made, "files", "status"),
        errors=_count_by(made, "errors", "reason"),
        notes=_count_by(made, "files", "notes"),
        audio_seconds=total.count("heard_ms") / 1000,
        kept_seconds=total.count("kept_ms") / 1000,
        wall_seconds=wall_seconds,
        model_seconds={job: total.model_seconds(job) for job in models},
        models=models,
        seen_ms={job: total.count("seen_ms", job) for job in models},
        padding_ms={job: total.count("padding_ms", job) for job in models},
        inputs=inputs,
        workers=workers,
    )


def write_run(folder: Path, table: Table, config: Config, run_id: str, started: datetime, measured: Measured) -> None:
    """Write the row of ``runs``; what was named is kept so that it can be looked for from anywhere."""
    named = tuple(from_anywhere(pattern) for pattern in config.recordings)
    counts = {
        **measured.rows,
        **{f"inputs.{what}": n for what, n in measured.inputs.items()},
        **{f"files.{status}": n for status, n in measured.files.items()},
        **{f"errors.{reason}": n for reason, n in measured.errors.items()},
        **{f"notes.{note}": n for note, n in measured.notes.items()},
        **{f"seen_ms.{job}": n for job, n in measured.seen_ms.items()},
        **{f"workers.{what}": n for what, n in measured.workers.items()},
        **{f"padding_ms.{job}": n for job, n in measured.padding_ms.items()},
    }
    row = to_batch(
        table,
        {
            "run_id": [run_id],
            "started": [started],
            "finished": [datetime.now(UTC)],
            "config": [json.dumps(to_mapping(replace(config, recordings=named)), sort_keys=True)],
            "models": [[{"name": job, "version": model} for job, model in measured.models.items()]],
            "versions": [[{"name": n, "version": v} for n, v in versions().items()]],
            "counts": [[{"name": name, "value": n} for name, n in counts.items()]],
            "audio_seconds_in": [measured.audio_seconds],
            "audio_seconds_out": [measured.kept_seconds],
            "wall_seconds": [measured.wall_seconds],
            "model_seconds": [[{"name": job, "seconds": s} for job, s in measured.model_seconds.items()]],
        },
    )
    (folder / table.name).mkdir(exist_ok=True)
    with open_table(folder / table.name / f"{run_id}{PARQUET}", table) as writer:
        writer.write_table(pa.Table.from_batches([row]))


def told(measured: Measured) -> dict[str, Any]:
    """What a run that published did, for its line."""
    return {
        "inputs": dict(measured.inputs),
        "files": dict(measured.files),
        "errors": dict(measured.errors),
        "notes": dict(measured.notes),
        "rows": dict(measured.rows),
        "audio_hours": round(measured.audio_seconds / 3600, 6),
        "wall_seconds": round(measured.wall_seconds, 3),
        "model_seconds": {job: round(seconds, 3) for job, seconds in measured.model_seconds.items()},
        "padding_share": {
            job: round(measured.padding_ms[job] / seen, 4) for job, seen in measured.seen_ms.items() if seen
        },
        "models": dict(measured.models),
        "workers": dict(measured.workers),
    }


def failed_share(measured: Measured, most: float | None) -> Iterator[Check]:
    """Whether no more of the files that a run took up failed than may; nothing where any number may."""
    taken, failed = measured.inputs["taken"], measured.inputs["failed"]
    if most is not None and taken:
        says = f"at most {most:.4g} of the files that were taken up failed"
        yield Check("files", says, ("status",), failed <= most * taken, failed, taken)


def _count_by(made: Snapshot, table: str, column: str) -> dict[str, int]:
    values = made.rows(table, [column])[column]
    if is_list(values.type):
        values = pc.list_flatten(values)
    counts = Counter(values.to_pylist())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
