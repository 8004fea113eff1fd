"""Zero-shot tags: every window scored with the user's prompts, out of the stored embeddings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.audit.audit import audit
from pipelines.audit.check import Audit
from pipelines.embeddings.checkpoint import open_maker
from pipelines.embeddings.prompts import read_prompts, shown
from pipelines.files.parquet import read_batches, read_metadata
from pipelines.store.derived import publish_derived
from pipelines.store.read import Snapshot, unit_rows
from schemas.catalog import TABLES
from schemas.layout import PARQUET
from transforms.shards import GROUP_ROWS, open_table

if TYPE_CHECKING:
    from transforms.models.embedder import Embedder


@dataclass(frozen=True)
class Tagged:
    """How many prompts and windows were scored."""

    prompts: int
    windows: int


def tag(
    out: Path,
    path: Path,
    *,
    models: str | None = None,
    model: str | None = None,
    ask: Callable[..., Audit] = audit,
) -> Tagged:
    """Score all windows with the prompts of the file ``path``, and publish them in place of earlier tags.

    What a run that was cut off has left in staging stays for the next run.

    Args:
        ask: audits, as :func:`pipelines.audit.audit.audit` does.

    Raises:
        BusyError: a run is at work.
        CommandError: no corpus, no embeddings or those of several checkpoints; OUT cannot be written; the audit failed.
        UsageError: the prompts cannot be understood; another checkpoint than the embeddings'.
        ModelError: a checkpoint that cannot be opened.
    """
    prompts = read_prompts(path)

    def write(snapshot: Path, folder: Path, run_id: str) -> int:
        queries = prompt_vectors(open_maker(snapshot, models=models, model=model), prompts)
        return write_tags(snapshot, folder, run_id, prompts, queries)

    return Tagged(len(prompts), publish_derived(out, "tags", write, ask=ask))


def prompt_vectors(embedder: Embedder, prompts: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """A unit vector for each prompt, the mean of those of its texts: float32 [n_prompts, dimension].

    (Prompt ensembling in the space of embeddings: Radford et al. 2021, section 3.1.4.)
    """
    means = np.array([embedder.embed_text(texts).mean(axis=0) for texts in prompts.values()])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def write_tags(
    snapshot: Path, folder: Path, run_id: str, prompts: Mapping[str, tuple[str, ...]], queries: np.ndarray
) -> int:
    """Write the rows of ``tags``, a file for each of the embeddings and in its order; returns the number of windows."""
    windows = 0
    columns = ["window_id", "recording_id", "channel", "start_ms", "end_ms", "embedding", "model"]
    for number, path in enumerate(Snapshot(snapshot).files("embeddings")):
        if not read_metadata(path).num_rows:
            continue
        with open_table(folder / f"{run_id}-{number:04d}{PARQUET}", TABLES["tags"]) as writer:
            for batch in read_batches(path, max(1, GROUP_ROWS // len(prompts)), columns):
                rows = _rows(batch, prompts, queries)
                writer.write_table(rows, row_group_size=max(1, rows.num_rows))
                windows += batch.num_rows
    return windows


def _rows(batch: pa.RecordBatch, prompts: Mapping[str, tuple[str, ...]], queries: np.ndarray) -> pa.Table:
    """A row for each window and prompt, window by window."""
    n = len(prompts)
    scores = np.clip(unit_rows(batch.column("embedding")) @ queries.T, -1, 1)
    each = pa.array(np.repeat(np.arange(batch.num_rows), n))
    again = pa.array(np.tile(np.arange(n), batch.num_rows))
    made = {name: batch.column(name).take(each) for name in batch.schema.names if name != "embedding"}
    made["tag"] = pa.array(list(prompts), pa.string()).take(again)
    made["prompt"] = pa.array(shown(prompts), pa.string()).take(again)
    made["score"] = pa.array(scores.ravel().astype(np.float32))
    schema = TABLES["tags"].schema
    return pa.Table.from_arrays([made[name] for name in schema.names], schema=schema)
