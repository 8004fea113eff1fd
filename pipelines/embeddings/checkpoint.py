"""The checkpoint that made the embeddings of a corpus, found and opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.checkpoints.chosen import set_of
from pipelines.checkpoints.demo import check_demo
from pipelines.errors import CommandError
from pipelines.store.read import Snapshot
from schemas.catalog import nearest
from schemas.errors import UsageError
from schemas.sets import DEMO, SET_NAMES
from transforms.models.checkpoint import ModelError, parse_checkpoint, revision_of
from transforms.models.locate import locate

if TYPE_CHECKING:
    from transforms.models.embedder import Embedder

JOB = "embeddings"


def open_maker(snapshot: Path, *, models: str | None = None, model: str | None = None) -> Embedder:
    """Open the checkpoint that made the embeddings, in fp32 on the CPU.

    It is looked for where the runs of the corpus had it, unless the user says where it is.

    Args:
        models: a named set of checkpoints; see :mod:`schemas.sets`.
        model: a folder, or a name on the Hub.

    Raises:
        CommandError: see :meth:`pipelines.store.read.Snapshot.checkpoint_of`; or it is not to be found.
        UsageError: what the user named is another checkpoint, no set of that name, or one that is not there.
        ModelError: what the user named cannot be opened.
    """
    made = Snapshot(snapshot).checkpoint_of(JOB)  # before torch is imported, which takes seconds

    import transforms.models.modeling  # noqa: F401  (before whoever imports the whole of it)
    from transforms.models.jobs import open_door

    revision = made.rpartition("@")[2]
    named = _named(models, model)
    if named is not None:
        found = revision_of(locate(JOB, parse_checkpoint(named), weights=True))
        if found != revision:
            raise UsageError(
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
    raise CommandError(
        f"the embeddings were made by {made}, which is not to be found (looked for in {', '.join(tried)}): "
        "name its folder, or its name on the Hub, with --model"
    )


def _named(models: str | None, model: str | None) -> str | None:
    if model is not None:
        return model.removeprefix(f"{JOB}=")
    if models is None:
        return None
    if models not in SET_NAMES:
        raise UsageError(f"--models {models}{nearest(models, SET_NAMES)}")
    if models == DEMO:
        check_demo([JOB])
    return set_of(models)[JOB]


def _candidates(snapshot: Path, made: str) -> Iterator[str]:
    """Where the runs had it, the last first; then what the rows themselves say."""
    for config in reversed(Snapshot(snapshot).configs()):
        checkpoint = (config.get("model") or {}).get(JOB) or set_of(config.get("models", "base"))[JOB]
        if checkpoint != "none":
            yield checkpoint
    if "/" in made:  # a name on the Hub, whose main branch may have moved on since
        yield made


def _as_embedder(door: object) -> Embedder:
    from transforms.models.embedder import Embedder

    assert isinstance(door, Embedder)
    return door
