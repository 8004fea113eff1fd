"""Every table whose rows can fail has a stage to say so with, and the stage leads back to it."""

from __future__ import annotations

import pytest

from schemas.catalog import INVENTORY, STAGES, TABLES, stage_of, table_of
from schemas.reasons import Stage


def test_every_table_of_recordings_has_a_stage_of_its_own() -> None:
    stages = [stage_of(name) for name in TABLES if name not in ("errors", "runs")]
    assert len(set(stages)) == len(stages)
    assert set(stages) | {Stage.IDENTIFY} == set(STAGES)


@pytest.mark.parametrize("name", ["errors", "runs", "moods"])
def test_what_no_stage_makes_has_none(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        stage_of(name)


def test_errors_come_and_go_with_the_table_that_failed() -> None:
    for name in TABLES:
        if name not in INVENTORY:
            assert table_of(stage_of(name)) == name
    assert {table_of(stage) for stage in ("discover", "identify", "decode", "of a later version")} == {"recordings"}
    assert table_of("speech") == "segments"
