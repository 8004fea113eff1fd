"""The named sets of checkpoints, and which checkpoint does which job in a run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schemas.config import Config
from schemas.errors import UsageError
from schemas.jobs import JOBS

BASE: dict[str, str] = {name: job.base for name, job in JOBS.items() if not job.asked_for_by_name}
"""The checkpoints of ``--models base``."""

IN_DEMO: tuple[str, ...] = tuple(name for name, job in JOBS.items() if job.in_demo)
"""The jobs of ``--models demo``."""

DEMO_FOLDER = Path(__file__).resolve().parent.parent / "demo" / "models"


def chosen(config: Config) -> dict[str, str]:
    """The checkpoint of each job that is to be done.

    Raises:
        UsageError: the demo checkpoints are not there.
    """
    of_set = set_of(config.models)
    if config.models == "demo":
        check_demo(job for job in IN_DEMO if job not in config.model)
    picked = {**of_set, **config.model}
    return {job: picked[job] for job in JOBS if picked.get(job, "none") != "none"}


def set_of(models: str) -> dict[str, str]:
    """The checkpoints of a named set by job, whether or not they are there."""
    return {job: str(DEMO_FOLDER / job) for job in IN_DEMO} if models == "demo" else dict(BASE)


def check_demo(jobs: Iterable[str]) -> None:
    """Whether the demo's checkpoints are there: they lie in the source, and not in what is installed from a wheel.

    Raises:
        UsageError: one of these jobs has none.
    """
    missing = [job for job in jobs if not (DEMO_FOLDER / job).is_dir()]
    if not missing:
        return
    others = "or name others with --model JOB=FOLDER"
    if DEMO_FOLDER.is_dir():
        told = f"no checkpoint for {', '.join(missing)} in {DEMO_FOLDER}: get the source of Earwitness anew, {others}"
        raise UsageError(f"--models demo: {told}")
    raise UsageError(
        "--models demo: its checkpoints lie in demo/models of the source, without which Earwitness is installed here: "
        f"run `make demo` in a clone, or install it with `pip install -e CLONE`, {others}"
    )
