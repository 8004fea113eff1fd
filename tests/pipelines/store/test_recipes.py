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
    "windows": ("ea3db030d1c62aa9", "a3e8ae3e5721ad0a"),
    "segments": ("785ab33ead78165d", "94d2b8563fff3243"),
    "frames": ("7df6f6452e223858", "5b783e3cce1c13a0"),
    "spectrograms": ("bd29c147c10e71f9", "d88fed826739c5d8"),
    "transcripts": ("2423d7d346d2054b", "ea7b5ef6ddbf7384"),
    "emotions": ("75f3e69f67eb46db", "e1d86d67b5e2afb9"),
    "prosody": ("cdf2fe8107d6da91", "875c5a92958c7f00"),
    "sounds": ("08b9ccf077607975", "482aff26c6e1d8a9"),
    "embeddings": ("5f9ba173f7e4c9fa", "b9c56feb4eaef885"),
    "speakers": ("e45eacea84d1b5f9", "72bc6a54c9941c6d"),
    "waveforms": ("fc6315ee8894d0f1", "6bd8c16a0462af11"),
}
"""What each table has since files are heard on the player's clock, prosody since it has the pitch of the
recording's own frames: in its defaults, and in OTHERS."""


LATER_OTHERS: dict[str, Any] = {"location": True, "tracks": "2", "mix": "1"}
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
