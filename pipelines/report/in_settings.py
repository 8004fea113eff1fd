"""The settings that rows of models were made in, in words for a paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipelines.console.numbers import counted
from pipelines.report import languages
from pipelines.store.recipes import LATER
from schemas.catalog import TABLES
from schemas.vocabulary import Vocabulary, vocabulary_of
from transforms.models.lexicon import REWARD
from transforms.models.vocabulary import BEAM_SEARCH, PROMPT

WAYS = {
    BEAM_SEARCH: f"by a beam search in which each of their tokens adds {REWARD:g} to the log-probability",
    PROMPT: "as a prompt before each half minute",
}
"""How the ways of :mod:`transforms.models.vocabulary` read."""


def in_setting(setting: str, config: Mapping[str, Any]) -> str:
    """Of one that shapes rows; nothing of those that shape everything, which have sentences of their own."""
    match setting:
        case "language":
            return languages.given(config)
        case "vocabulary":
            return _vocabulary(vocabulary_of(config.get("vocabulary")))
        case "emotion_seconds":
            return f", for stretches of at most {config.get('emotion_seconds', 5):g} s between pauses"
        case "top_tags":
            return f", of whose classes the {config.get('top_tags', 10)} most probable of each window were kept"
    return ""


def shaping(config: Mapping[str, Any]) -> str:
    """The settings that shape rows, as a text that is the same for the same rows."""
    names = {setting for table in TABLES.values() for setting in table.shaped_by}
    values = {name: config.get(name, LATER.get(name)) for name in names}
    values["vocabulary"] = vocabulary_of(config.get("vocabulary")).content
    return json.dumps(values, sort_keys=True)


def _vocabulary(vocabulary: Vocabulary) -> str:
    if not vocabulary.words:
        return ""
    of_file = f" of the list {vocabulary.file}" if vocabulary.file else ""
    said = f", preferring {counted(len(vocabulary.words), 'word')} and names{of_file} ({vocabulary.digest})"
    if vocabulary.unused:
        said += f", of which {len(vocabulary.unused):,} could not be used"
    return f"{said}, {WAYS[vocabulary.way]}" if vocabulary.way in WAYS else said
