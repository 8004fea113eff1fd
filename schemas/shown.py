"""A value as a message shows it: short, on one line, whatever somebody wrote there."""

from __future__ import annotations

import json
from typing import Any

LIMIT = 60


def shown(value: Any, limit: int = LIMIT) -> str:
    """Text in quotes, numbers as they are, of lists and mappings only the length; at most ``limit`` characters."""
    # The whole of a long list or number would be written out before it is cut.
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"{len(value):,} names with their values"
    if isinstance(value, str):
        text = repr(value[: limit + 1])
    elif value is None or isinstance(value, int | float):
        text = json.dumps(value)
    else:
        text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
