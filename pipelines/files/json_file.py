"""Files of JSON in OUT, read as what they should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.files.damage import DamagedError, in_short
from pipelines.files.regular import read_bytes


def read_json(path: Path) -> dict[str, Any]:
    """An object of JSON; raises as :func:`read_bytes` does."""
    try:
        found = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise DamagedError(path, f"is damaged (no JSON: {in_short(error)})") from None
    if not isinstance(found, dict):
        raise DamagedError(path, "is damaged (its JSON is no object)")
    return found
