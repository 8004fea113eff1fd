"""The checkpoint that made the embeddings of a corpus, found and opened again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.checkpoints import BASE, DEMO_FOLDER, check_demo
from pipelines.embeddings.matrix import files_with_vectors
from pipelines.errors import RunError
from pipelines.files.parquet import read_table
from schemas.config import ConfigError
from schemas.jobs import JOBS
from transforms.models.checkpoint import ModelError, parse_checkpoint, revision_of
from transforms.models.locate import locate

if TYPE_CHECKING:
    from transforms.models.embedder import Embedder

JOB = "embeddings"


def maker_of(snapshot: Path, job: str = JOB) -> str:
    """The checkpoint whose vectors the corpus holds, as ``name@revision``; precision and engine may differ.

    Args:
        job: whose table holds vectors.

    Raises:
        RunError: it holds none, or those of several checkpoints, which cannot be compared.
    """
    models: set[str] = set()
    paths = files_with_vectors(snapshot, job)
    for path in paths:
        models.update(read_table(path, ["model"])["model"].unique().to_pylist())
    made = sorted({model.rpartition("/")[0] for model in models})
    if paths and not made:
        raise RunError(f"the table {job} of the corpus has no rows: the run heard nothing to make them of")
    if not made:
        how = f"--model {job}=CHECKPOINT" if JOBS[job].asked_for_by_name else f"--tables {job}"
        raise RunError(f"the corpus holds no {job}: make them with `earwitness run ... {how}`")
    if len({name.rpartition("@")[2] for name in made}) > 1:
        raise RunError(
            f"several checkpoints made the {job} ({', '.join(made)}), and their vectors cannot be compared: "
            f"make all anew with one, `earwitness run ... --force {job}`"
        )
    return made[0]


def open_maker(snapshot: Path, *, models: str | None = None, model: str | None = None) -> Embedder:
    """Open the checkpoint that made the embeddings, in fp32 on the CPU.

    It is looked for where the runs of the corpus had it, unless the user says where it is.

    Args:
        models: a named set of checkpoints, ``base`` or ``demo``.
        model: a folder, or a name on the Hub.

    Raises:
        RunError: see :func:`maker_of`; or it is not to be found.
        ConfigError: what the user named is another checkpoint, no set of that name, or one that is not there.
        ModelError: what the user named cannot be opened.
    """
    made = maker_of(snapshot)  # said before torch is imported and the model loaded, which takes seconds

    from transforms.models.jobs import open_door

    revision = made.rpartition("@")[2]
    named = _named(models, model)
    if named is not None:
        found = revision_of(locate(JOB, parse_checkpoint(named), weights=True))
        if found != revision:
            raise ConfigError(
                f"{named} is of revision {found}, and the embeddings were made by {made}: name that checkpoint, "
                "or none: it is looked for where the runs had it"
            )
        return _as_embedder(open_door(JOB, named))
    tried = []
    for candidate in dict.fromkeys(_candidates(snapshot, made)):
        tried.append(candidate)
        try:
            if revision_of(locate(JOB, parse_checkpoint(candidate), weights=True)) == revision:
                return _as_embedder(open_door(JOB, candidate))
        except ModelError:
            continue
    raise RunError(
        f"the embeddings were made by {made}, which is not to be found (looked for in {', '.join(tried)}): "
        "name its folder, or its name on the Hub, with --model"
    )


def _named(models: str | None, model: str | None) -> str | None:
    if model is not None:
        return model.removeprefix(f"{JOB}=")
    if models is None:
        return None
    if models not in ("base", "demo"):
        raise ConfigError(f"--models {models}: choose from base, demo")
    if models == "demo":
        check_demo([JOB])
    return _of_set(models)


def _of_set(models: str) -> str:
    return str(DEMO_FOLDER / JOB) if models == "demo" else BASE[JOB]


def _candidates(snapshot: Path, made: str) -> Iterator[str]:
    """Where the runs had it, the last first; then what the rows themselves say."""
    runs = [row for path in (snapshot / "runs").glob("*.parquet") for row in read_table(path).to_pylist()]
    for run in sorted(runs, key=lambda run: run["run_id"], reverse=True):
        config = json.loads(run["config"])
        checkpoint = (config.get("model") or {}).get(JOB) or _of_set(config.get("models", "base"))
        if checkpoint != "none":
            yield checkpoint
    if "/" in made:  # a name on the Hub, whose main branch may have moved on since
        yield made


def _as_embedder(door: object) -> Embedder:
    from transforms.models.embedder import Embedder

    assert isinstance(door, Embedder)
    return door
