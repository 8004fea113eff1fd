"""How a setting is called, and written, for a person and for the next run."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from schemas.config import SpeechConfig
from schemas.vocabulary import NONE, vocabulary_of

NOT_REMEMBERED = {
    "recordings": "what a run is given is its own affair",
    "out": "it is where the settings lie",
    "metadata": "a file of the user's, joined anew in each run that names it",
    "device": "where the models run is the machine's affair: the rows are the same within their precision",
    "workers": "as the device: who makes a row does not shape it",
    "engine": "as the device; the rows' `model` says it",
    "batch_seconds": "rows do not depend on what else was in their batch",
    "shard_seconds": "it divides work, not rows",
    "beam": "it is the machine's affair",
    "keep": "it is about snapshots, not rows",
    "force": "a wish for one run",
    "retry_errors": "a wish for one run",
    "prune": "a wish for one run, which removes rows",
    "stop_after": "a wish for one run",
    "strict": "what becomes of a run whose rows break a rule, not what its rows are",
    "max_error_share": "whether a run publishes, not what its rows are",
}
"""The keys of the configuration that a corpus does not keep, and why."""


def display(name: str, value: Any) -> str:
    """A value of a setting, for a person."""
    if value is None:
        words = {"tables": "all", "language": "auto", "vocabulary": NONE}
        return {**words, "path_columns": "none", "language_column": "none"}.get(name, "not said")
    if name == "vocabulary" and isinstance(value, dict):
        return str(vocabulary_of(value))
    if isinstance(value, dict):
        return ",".join(f"{key}={kind}" for key, kind in value.items()) or "text"
    if isinstance(value, list):
        if name == "raw" and not value:
            return "by extension"
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def word_of(name: str) -> str:
    """How a setting is called beside others: of speech, ``threshold`` alone says little."""
    return f"speech.{name}" if name in asdict(SpeechConfig()) else name


def absolute(checkpoint: str) -> str:
    """A folder by its whole path; a name on the Hub as it is."""
    folder = Path(checkpoint).expanduser()
    return os.path.abspath(folder) if folder.is_dir() else checkpoint
