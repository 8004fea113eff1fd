"""Recipes of corpora that are there do not change, whatever is moved about: their rows would all be made anew."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.store.recipes import KEYS, LATER, parts_of, recipes_of
from pipelines.store.settings import REMEMBERED
from schemas.catalog import OF_AUDIO, TABLES
from schemas.config import Config, from_mapping
from schemas.jobs import JOBS

OTHERS = {
    "channels": "each",
    "language": "de",
    "emotion_seconds": 4,
    "top_tags": 3,
    "precision": "fp32",
    "speech": {"threshold": 0.4, "max_seconds": 20},
}
WEIGHTS = {job: f"weights of {job}" for job in JOBS}
KEPT = {
    "recordings": ("cbbb5ae66320159f", "cbbb5ae66320159f"),
    "windows": ("85cc3c7f1e393b0d", "63eb08d873726ff8"),
    "segments": ("785ab33ead78165d", "94d2b8563fff3243"),
    "frames": ("3e65fe3404c7edef", "a3ff462b571e7ddd"),  # silence has no voicing
    "spectrograms": ("f04e18a85e995ea6", "b9e3121ebf18c324"),
    "transcripts": ("e7239f7113d5d873", "e3fecea6bcc5fd80"),  # Whisper hears talks
    "emotions": ("75f3e69f67eb46db", "e1d86d67b5e2afb9"),
    "prosody": ("4a8cdafd09dee0e8", "be5213a53cb0c790"),
    "sounds": ("18537783ce0ec836", "89ddb2e5af55e207"),
    "embeddings": ("3c3a3cdd452fab40", "99cbd4b9170db9d7"),
    "speakers": ("e45eacea84d1b5f9", "72bc6a54c9941c6d"),
    "waveforms": ("d3baf4b47b46686a", "5fde35a665f2600e"),
}
"""What each table has since files are heard on the player's clock, prosody since it has the pitch of the
recording's own frames: in its defaults, and in OTHERS."""


LATER_OTHERS: dict[str, Any] = {"location": True, "tracks": "2", "mix": "1", "vocabulary": {"words": ["Acme"]}}
"""Of settings that came later: of the first release's recipes they are no part."""


@pytest.mark.parametrize("table", KEPT)
def test_a_corpus_that_is_there_is_not_made_anew(table: str) -> None:
    for config, kept in zip((Config(mix="mean"), from_mapping({**OTHERS, "mix": "mean"})), KEPT[table], strict=True):
        assert recipes_of(config, TABLES, WEIGHTS)[table] == kept


def test_every_table_that_is_made_of_audio_has_a_recipe() -> None:
    assert tuple(recipes_of(Config(), TABLES, WEIGHTS)) == OF_AUDIO


@pytest.mark.parametrize("table", OF_AUDIO)
def test_a_setting_that_shapes_a_table_is_known_kept_and_changes_its_recipe(table: str) -> None:
    plain = parts_of(Config(), TABLES, WEIGHTS)[table]
    others = parts_of(from_mapping({**OTHERS, **LATER_OTHERS}), TABLES, WEIGHTS)[table]
    for setting in TABLES[table].shaped_by:
        where = f"shaped_by of {table} names {setting!r}, "
        assert hasattr(Config(), setting), where + "which schemas/config.py does not know"
        assert setting in REMEMBERED, where + "which pipelines/store/settings.py does not keep: add it to REMEMBERED"
        assert setting in {**OTHERS, **LATER_OTHERS}, where + "of which OTHERS in this test has no other value"
        assert plain.get(KEYS.get(setting, setting), LATER.get(setting)) != others[KEYS.get(setting, setting)]
    json.dumps(plain)  # a corpus keeps them
