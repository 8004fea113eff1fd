"""The demo's checkpoints: where they lie, what they are, and whether something was made by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.sets import DEMO

IN_DEMO: tuple[str, ...] = tuple(name for name, job in JOBS.items() if job.in_demo)
"""The jobs that the demo has checkpoints for."""

DEMO_FOLDER = Path(__file__).resolve().parents[2] / "demo" / "models"

WHAT_IT_IS = (
    "the demo's models learnt some hundred words of synthetic voices; what they say of other recordings means nothing"
)
"""What is said wherever a person reads what they made."""
INSTEAD = "take --models fast or another set (`earwitness models` lists them)"


def is_of_demo(job: str, checkpoint: str | None) -> bool:
    """Whether a checkpoint is the demo's by its path, wherever Earwitness lies or lay."""
    return checkpoint is not None and Path(checkpoint).parts[-3:] == ("demo", "models", job)


def jobs_of_demo(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The jobs that the demo's checkpoints did in one of some runs.

    Args:
        configs: of the runs, as the table ``runs`` keeps them.
    """
    found = set()
    for config in configs:
        named = config.get("model") or {}
        found |= {job for job in JOBS if is_of_demo(job, named.get(job))}
        if config.get("models") == DEMO:
            found |= set(IN_DEMO) - named.keys()
    return [job for job in JOBS if job in found]


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
