"""How a setting is called, and written, for a person and for the next run."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from schemas.config import SpeechConfig


def display(name: str, value: Any) -> str:
    """A value of a setting, for a person."""
    if value is None:
        return {"tables": "all", "language": "auto"}.get(name, "not said")
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
