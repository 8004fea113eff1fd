"""What the rows of a table depend on besides the recording: its recipe.

Two runs with the same recipe of a table make the same rows of it, so that a run can tell from the
recipes in the corpus what has to be made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from schemas.catalog import OF_AUDIO, TABLES
from schemas.config import Config
from schemas.mixes import MEAN
from schemas.tracks import DEFAULT
from schemas.vocabulary import NONE, Vocabulary
from transforms.models.checkpoint import parse_checkpoint, revision_of, told
from transforms.models.locate import locate

DECODING = 2
"""Raised when the same file would be decoded to other samples than before."""

KEYS = {"emotion_seconds": "seconds", "top_tags": "top"}
"""What recipes call a setting, where it is not its name: another word would make the rows of every corpus anew."""


LATER = {"location": False, "tracks": DEFAULT, "mix": MEAN, "vocabulary": NONE}
"""Settings that came later, with what was so before: it stands in no recipe."""


def recipes_of(config: Config, tables: Mapping[str, Any], revisions: Mapping[str, str]) -> dict[str, str]:
    """The recipe of each of ``tables`` that is made from audio, as 16 hex digits.

    The device, the engine, and what ``auto`` makes of the precision on them are no part of it: they are
    recorded in the rows, and the same corpus may be continued on another machine.

    Args:
        revisions: what each job's checkpoint holds; see :func:`content_of`.
    """
    found: dict[str, str] = {}
    for name, parts in parts_of(config, tables, revisions).items():
        depends = {"table": name, **parts, "needs": [found[needed] for needed in TABLES[name].needs]}
        text = json.dumps(depends, sort_keys=True)
        found[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return found


def parts_of(config: Config, tables: Mapping[str, Any], revisions: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What makes up each recipe, besides the recipes of the tables that it needs, as plain values."""
    found: dict[str, dict[str, Any]] = {}
    for name in (name for name in OF_AUDIO if name in tables):
        values = {setting: _plain(getattr(config, setting)) for setting in TABLES[name].shaped_by}
        values = {key: value for key, value in values.items() if key not in LATER or LATER[key] != value}
        settings = {KEYS.get(setting, setting): value for setting, value in values.items()}
        found[name] = {"version": TABLES[name].version, "decoding": DECODING, **settings}
        if name in revisions:
            found[name]["weights"] = revisions[name]
            found[name]["precision"] = config.precision
    return found


def content_of(job: str, checkpoint: str) -> str:
    """What a checkpoint holds, wherever it lies and whatever it is called: its weights and its settings.

    Raises:
        ModelError: it cannot be found.
    """
    located = locate(job, parse_checkpoint(checkpoint), weights=False)
    revision = revision_of(located)
    if located.commit is not None:
        return revision
    digest = hashlib.sha256(revision.encode())
    try:
        for path in sorted(located.folder.glob("*.json")):  # labels, vocabulary, feature extractor
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    except OSError as error:
        raise located.error(told(error)) from None
    return digest.hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Vocabulary):
        return value.content
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
