"""Failures in words."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from pipelines.errors import why

PIPELINES = Path(__file__).resolve().parents[2] / "pipelines"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device"),
        (OSError("Parquet magic bytes not found"), "Parquet magic bytes not found"),
        (OSError(), "OSError"),
    ],
)
def test_an_error_is_told_in_words(error: OSError, told: str) -> None:
    assert why(error) == told


def test_no_module_tells_the_systems_words_by_itself() -> None:
    """Libraries raise errors that have none: `keep.csv: None`."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in PIPELINES.rglob("*.py")}
    assert [name for name, text in texts.items() if re.search(r"\berror\.strerror\b", text)] == ["errors.py"]
