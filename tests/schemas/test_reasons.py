"""Every table whose rows can fail has a stage to say so with."""

from __future__ import annotations

import pytest

from schemas.catalog import TABLES
from schemas.reasons import Stage, stage_of


def test_every_table_of_recordings_has_a_stage_of_its_own() -> None:
    stages = [stage_of(name) for name in TABLES if name not in ("errors", "runs")]
    assert len(set(stages)) == len(stages)
    assert set(stages) | {Stage.IDENTIFY} == set(Stage)


@pytest.mark.parametrize("name", ["errors", "runs", "moods"])
def test_what_no_stage_makes_has_none(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        stage_of(name)
