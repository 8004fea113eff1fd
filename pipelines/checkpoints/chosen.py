"""Which checkpoint does which job in a run."""

from __future__ import annotations

from pipelines.checkpoints import demo
from schemas.config import Config
from schemas.jobs import JOBS
from schemas.sets import DEMO, SETS

OF_SETS: dict[str, dict[str, str]] = {name: one.checkpoints for name, one in SETS.items()}
"""The checkpoints of each set of published ones, by job."""
BASE = OF_SETS["base"]


def chosen(config: Config) -> dict[str, str]:
    """The checkpoint of each job that is to be done.

    Raises:
        UsageError: the demo checkpoints are not there.
    """
    if config.models == DEMO:
        demo.check_demo(job for job in demo.IN_DEMO if job not in config.model)
    picked = {**set_of(config.models), **config.model}
    return {job: picked[job] for job in JOBS if picked.get(job, "none") != "none"}


def set_of(models: str) -> dict[str, str]:
    """The checkpoints of a named set by job, whether or not they are there.

    Raises:
        KeyError: there is no such set.
    """
    return {job: str(demo.DEMO_FOLDER / job) for job in demo.IN_DEMO} if models == DEMO else dict(OF_SETS[models])
