"""The bare forward passes are those that the door made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.checkpoints import PUBLISHED, checkpoints
from benchmarks.lengths import clips
from benchmarks.settings import Settings
from benchmarks.tape import record, replay, replay_side_by_side
from transforms.models.batching import run_each
from transforms.models.jobs import open_door


@pytest.mark.parametrize("job", PUBLISHED)
def test_every_family_is_recorded(job: str, settings: Settings) -> None:
    door: Any = open_door(job, str(checkpoints(settings)[job]))
    loaded = door._loaded
    given = clips([1.0, 2.0, 1.0], door.rate)
    answers: list[Any] = []
    passes = record([door], lambda: answers.extend(run_each(door, given, budget_seconds=60)))
    assert door._loaded is loaded
    assert sum(one.rows for one in passes) == len(given)
    assert len(passes) == (1 if door.padded_seconds else 2)  # equal lengths share a batch, or all do
    replay(passes)
    replay_side_by_side(passes, "cpu", workers=2, threads=1)
    again = run_each(door, given, budget_seconds=60)
    for answer, other in zip(answers, again, strict=True):
        if isinstance(answer, np.ndarray):
            np.testing.assert_array_equal(answer, other)
    with torch.inference_mode():
        output = passes[0].call()
    assert all(torch.isfinite(value).all() for value in output.values() if isinstance(value, torch.Tensor))


def test_a_door_without_a_model_is_named() -> None:
    class Painted:
        pass

    with pytest.raises(TypeError, match="Painted has no _loaded"):
        record([Painted()], lambda: None)  # type: ignore[list-item]
