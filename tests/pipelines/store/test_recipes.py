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
    "recordings": ("0845f343381397c9", "0845f343381397c9"),
    "windows": ("a571aab56e375b6d", "38ba0157b63fd53c"),
    "segments": ("cdea67a39cd667d6", "8a22a6b4c1277b13"),
    "frames": ("d28cb0d0af5ba650", "4fea029825dc01fb"),
    "spectrograms": ("88aa736b90f8bb82", "f6c8d5595ed68c25"),
    "transcripts": ("3e4f00ca56b0b617", "1b781ec33b7dad5e"),
    "emotions": ("4122c6dc60f9acd4", "e089f1d2ea9c74ad"),
    "prosody": ("9c4728dbd3d6f2c6", "aec3e038e397245a"),
    "sounds": ("4f4202d399111296", "539f5c774c987c3c"),
    "embeddings": ("f59102b8d5e20f06", "71cc18e7e5586648"),
    "speakers": ("2b66c1c58c9c0cb3", "296046fab555b5f0"),
    "waveforms": ("471e105e23b10ed7", "fc1ca4a43037fc30"),
}
"""What the first release gave each table: in its defaults, and in OTHERS."""


LATER_OTHERS: dict[str, Any] = {"location": True}
"""Of settings that came later: of the first release's recipes they are no part."""


@pytest.mark.parametrize("table", KEPT)
def test_a_corpus_that_is_there_is_not_made_anew(table: str) -> None:
    for config, kept in zip((Config(), from_mapping(OTHERS)), KEPT[table], strict=True):
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
