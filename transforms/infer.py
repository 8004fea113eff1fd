"""What a model says of a group of clips, as rows of its table and rows of errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import soxr

from schemas.catalog import stage_of
from schemas.jobs import JOBS
from schemas.records import Clip, Failure, Problem, Rows, Talk
from transforms.audio.level import lifted
from transforms.gather import Group
from transforms.models.batching import Saw, run_each
from transforms.models.budget import Budget, batch_seconds
from transforms.models.door import Door, Speaks
from transforms.models.precision import dtype_of
from transforms.models.silence import but_for_silence
from transforms.rows.answers import Answers
from transforms.rows.inventory import error_rows
from transforms.rows.registry import ANSWERS
from transforms.rows.talks import by_segment, unheard
from transforms.task import Task


def answer(
    task: Task,
    door: Door,
    group: Group[Clip | Talk],
    budget: Budget | None = None,
    saw: Saw = lambda seen, padding: None,
) -> Iterator[Rows]:
    """The rows for a group of clips; the last ones close the shard if the group does.

    A clip that the model cannot take costs itself alone and becomes a row of errors; a talk one for each segment.

    Args:
        budget: what the batches of groups before this one have shown to fit; None begins anew.
        saw: is told of each batch; see :func:`transforms.models.batching.run_each`.
    """
    allowed = budget or budget_of(task)
    of_speech = "segments" in task.table.needs  # a window may be quiet because nothing is there

    def run(heard: Sequence[Clip | Talk]) -> list[Any]:
        begun = [(_beginning(one, JOBS[task.name].most_seconds), one.rate) for one in heard]
        clips = [_at_rate(lifted(samples) if of_speech else samples, rate, door.rate) for samples, rate in begun]
        said: dict[int, Any] = {}
        for told, numbers in _by_language(door, heard):
            run_door = partial(run_each, told, budget_seconds=allowed, saw=saw)
            results = but_for_silence(told, [clips[i] for i in numbers], run_door)
            said |= zip(numbers, results, strict=True)
        return [said[i] for i in range(len(heard))]

    told = list(_told(group.values, run))
    good = [(c, r) for c, r in told if not isinstance(r, Failure)]
    bad = [(c, r) for c, r in told if isinstance(r, Failure)]
    if bad:
        problems = [Problem(stage_of(task.name), failure.reason, failure.message) for _, failure in bad]
        places = [clip.place for clip, _ in bad]
        batch = error_rows(problems, task.run_id, uri="", recording_id=None, places=places)
        yield Rows("errors", group.shard, batch)
    made = None
    if good:
        answers = Answers([c for c, _ in good], [r for _, r in good], door.model_id, task.top)
        made = ANSWERS[task.name](task.table, answers)
    yield Rows(task.name, group.shard, made, closes=group.closes)


def _by_language(door: Door, heard: Sequence[Clip | Talk]) -> Iterator[tuple[Door, list[int]]]:
    """The numbers of the clips whose recordings are of one language, with a model that was told so."""
    languages = [one.place.language for one in heard] if isinstance(door, Speaks) else [None] * len(heard)
    for language in dict.fromkeys(languages):
        told = door.speaking(language) if language is not None and isinstance(door, Speaks) else door
        yield told, [i for i, other in enumerate(languages) if other == language]


def _told(
    heard: Sequence[Clip | Talk], run: Callable[[Sequence[Clip | Talk]], list[Any]]
) -> Iterator[tuple[Clip, Any]]:
    """The clips that rows are made of, each with what the model said of it.

    A model at times ends its text before a talk does.  The segments behind that are heard once more, as a talk of
    their own, until nothing is left or nothing is said of what is left.
    """
    at_once = [one for one in heard if isinstance(one, Talk)]
    told: dict[str, tuple[Clip, Any]] = {}
    while at_once:
        parts = [list(by_segment(talk, result)) for talk, result in zip(at_once, run(at_once), strict=True)]
        told.update((clip.place.id, (clip, said)) for part in parts for clip, said in part)
        at_once = [rest for talk, part in zip(at_once, parts, strict=True) if (rest := unheard(talk, part)) is not None]
    clips = [one for one in heard if not isinstance(one, Talk)]
    yield from told.values()
    yield from zip(clips, run(clips) if clips else [], strict=True)


def budget_of(task: Task) -> Budget:
    """What the user allows in a batch, or what fits the device now."""
    fitting = batch_seconds(task.device, dtype_of(task.precision), task.sharers, task.engine.name)
    return Budget(task.batch_seconds or fitting)


def _beginning(clip: Clip | Talk, most: float | None) -> np.ndarray:
    """What the model is given of a clip: at most so many seconds."""
    return clip.samples if most is None else clip.samples[: round(most * clip.rate)]


def _at_rate(samples: np.ndarray, given: int, rate: int) -> Any:
    """Segments come at 16 kHz; a checkpoint that wants another rate gets it."""
    return samples if given == rate else soxr.resample(samples, given, rate, quality="HQ")
