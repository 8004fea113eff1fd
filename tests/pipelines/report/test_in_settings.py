"""The settings of models in words: each that shapes rows is told, and what differs between runs is known."""

from __future__ import annotations

import pytest

from pipelines.report.in_settings import WAYS, in_setting, shaping
from schemas.catalog import TABLES
from schemas.config import Config, to_mapping
from schemas.jobs import JOBS
from schemas.vocabulary import Vocabulary
from transforms.models.vocabulary import BEAM_SEARCH, PROMPT

NAMES = Vocabulary("names.txt", ("Acme Cola", "7UP"), BEAM_SEARCH, ("7UP",))


@pytest.mark.parametrize("setting", sorted({setting for job in JOBS for setting in TABLES[job].shaped_by}))
def test_every_setting_that_shapes_what_a_model_says_is_told(setting: str) -> None:
    told_of_all = ("channels", "mix", "speech", "tracks")
    said = in_setting(setting, to_mapping(Config(vocabulary=NAMES)))
    assert said or setting in told_of_all, f"pipelines/report/in_settings.py has no words for {setting}"


def test_a_vocabulary_is_told_with_its_list_and_its_way() -> None:
    said = in_setting("vocabulary", to_mapping(Config(vocabulary=NAMES)))
    assert said == (
        f", preferring 2 words and names of the list names.txt ({NAMES.digest}), of which 1 could not be used, "
        "by a beam search in which each of their tokens adds 1 to the log-probability"
    )
    assert in_setting("vocabulary", to_mapping(Config())) == ""
    assert set(WAYS) == {BEAM_SEARCH, PROMPT}


def test_runs_before_there_were_vocabularies_had_none() -> None:
    before = {name: value for name, value in to_mapping(Config()).items() if name != "vocabulary"}
    assert shaping(before) == shaping(to_mapping(Config()))
    assert shaping(before) != shaping(to_mapping(Config(vocabulary=NAMES)))
    other = Vocabulary("moved.txt", NAMES.words)
    assert shaping(to_mapping(Config(vocabulary=other))) == shaping(to_mapping(Config(vocabulary=NAMES)))
