"""The licences of the checkpoints that made the rows of a snapshot: its descriptor hands them on to the next one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pipelines.checkpoints.demo import jobs_of_demo
from pipelines.files.damage import DamagedError
from pipelines.files.json_file import read_json
from pipelines.store.read import Snapshot
from schemas.cards import CARDS
from schemas.jobs import JOBS
from schemas.layout import DESCRIPTOR
from transforms.models.door import Description
from transforms.models.licence import forbids_commerce

OURS, MODELS = "earwitness", "models"
"""Keys of the descriptor: what the standard has no name for, and in it what made the rows."""

NOT_READ = "as known to Earwitness; the card itself was not read"
"""Of the licence of a published checkpoint whose card is not on the machine."""


class Model(NamedTuple):
    """What made rows of a table.

    Attributes:
        model: as the column of that name has it, ``name@revision/precision``.
        licence: of the checkpoint, as its model card states it.
        of_demo: whether it is one of the demo's.
    """

    table: str
    model: str
    rows: int
    licence: str
    of_demo: bool = False

    @property
    def terms(self) -> str:
        """The licence, and what it forbids where its name says so."""
        return f"{self.licence}; not for commercial use" if forbids_commerce(self.licence) else self.licence


def licences_of(models: Mapping[str, str], descriptions: Mapping[str, Description]) -> dict[str, str]:
    """The licence of each checkpoint that states one, after what it is called in the column ``model``, by job."""
    told = {checkpoint_of(model): descriptions[job].licence for job, model in models.items()}
    return {checkpoint: licence for checkpoint, licence in told.items() if licence}


def checkpoint_of(model: str) -> str:
    """``name@revision`` of what a column ``model`` says: precision and engine change no licence."""
    return model.rpartition("/")[0] or model


def models_in(snapshot: Snapshot, licences: Mapping[str, str]) -> list[Model]:
    """What made the rows of each table of a job's, the most rows first.

    Args:
        licences: by ``name@revision``; what is not among them is unknown.
    """
    of_demo = jobs_of_demo(snapshot.configs())
    return [
        Model(job, model, n, _licence(model, licences), job in of_demo and model.startswith(f"{job}@"))
        for job in JOBS
        for model, n in sorted(snapshot.models(job).items(), key=lambda item: (-item[1], item[0]))
    ]


def _licence(model: str, licences: Mapping[str, str]) -> str:
    stated, name = licences.get(checkpoint_of(model), ""), checkpoint_of(model).partition("@")[0]
    unknown = f"unknown: see the model card of {name}"
    if stated and stated != unknown:  # which the descriptor of an earlier version handed on
        return stated
    card = CARDS.get(name)
    return f"{card.licence}, {NOT_READ}" if card is not None and card.licence else unknown


def licences_in(snapshot: Path) -> dict[str, str]:
    """What the descriptor of a snapshot says, by ``name@revision``; nothing where an earlier version wrote none.

    Raises:
        DamagedError: it is no descriptor.
    """
    path = snapshot / DESCRIPTOR
    if not os.path.lexists(path):
        return {}
    try:
        models = read_json(path)[OURS][MODELS]
        return {checkpoint_of(str(one["model"])): str(one["licence"]) for one in models}
    except (KeyError, TypeError, AttributeError):
        raise DamagedError(path, "is damaged (it tells of no models)") from None
