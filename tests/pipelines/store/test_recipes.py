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
    "windows": ("bcd58952bad193b0", "49fcd69338796b4f"),
    "segments": ("76b78c0fc7ed41d4", "c9d28e09762cb263"),
    "frames": ("c9383655bd269e39", "c90785e8a070d589"),
    "spectrograms": ("8d9feb57a120a025", "634de23a4a107aac"),
    "transcripts": ("ff5f5c580f38efdd", "fd6cd1fcdcf787c3"),
    "emotions": ("1ef54432c3e79d13", "784c7ac4407abc81"),
    "prosody": ("abfe5ab15ca0b705", "8982d0ecb6c4909c"),
    "sounds": ("23cf05d496339c8a", "371adea68fac7d80"),
    "embeddings": ("2ef3c14b674d6190", "c0eb206004f7f9f9"),
    "speakers": ("d03b07438a06855b", "e506db9e34938c9e"),
    "waveforms": ("0362ad9f252ac098", "434c046a478e6b87"),
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
