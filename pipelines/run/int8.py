"""What the user is told of models in int8: that they are made, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.run.devices import placed
from pipelines.run.prepare import Prepared
from schemas.devices import INT8
from transforms.models.engines import OPENVINO


def notes_before(prepared: Prepared) -> Iterator[str]:
    """Of the models that are made in int8 first, so that nobody wonders what the run waits for."""
    if new := [job for job, told in _told(prepared).items() if told is None]:
        yield (
            f"--precision int8: {', '.join(new)}: made int8 first, once for this machine, in up to a minute for a model"
        )


def notes_behind(prepared: Prepared) -> Iterator[str]:
    """Of each model that ran in int8, what was found when it was made so."""
    for job, told in _told(prepared).items():
        if told is not None:
            yield f"--precision int8: {job}: {told}"


def _told(prepared: Prepared) -> dict[str, str | None]:
    """What int8 changes, for the jobs that OpenVINO computes in it; None where nothing is known yet."""
    if prepared.config.precision != INT8:
        return {}
    from transforms.models.checkpoint import parse_checkpoint
    from transforms.models.locate import locate
    from transforms.models.quantised import check_of

    told: dict[str, str | None] = {}
    for job, described in prepared.descriptions.items():
        place = placed(prepared.config, described.kind, prepared.runner)
        if (place.precision, place.engine.name) == (INT8, OPENVINO):
            located = locate(job, parse_checkpoint(prepared.checkpoints[job]), weights=True)
            check = check_of(located, described.kind)
            told[job] = None if check is None else check.told()
    return told
