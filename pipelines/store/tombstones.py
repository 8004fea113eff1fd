"""What was forgotten, as the folder of a corpus keeps it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pipelines.files.damage import DamagedError
from pipelines.files.json_file import read_json
from pipelines.store.manifest import Holdings
from schemas.forgotten import Forgotten
from schemas.layout import TOMBSTONES


def read_forgotten(out: Path) -> Forgotten:
    """What is to be left out wherever it turns up; nothing where nothing was ever forgotten.

    Raises:
        DamagedError: the file cannot be read: nothing may be taken up before it can.
    """
    path = out / TOMBSTONES
    if not os.path.lexists(path):
        return Forgotten()
    found = read_json(path)
    salt, hashes, passages = found.get("salt"), found.get("hashes"), found.get("passages", {})
    whole = isinstance(salt, str) and isinstance(hashes, list) and all(isinstance(one, str) for one in hashes)
    if not (whole and isinstance(passages, dict) and all(map(_are_stretches, passages.values()))):
        raise DamagedError(path, "is damaged (it holds no tombstones)")
    kept = {key: tuple((start, end) for start, end in stretches) for key, stretches in passages.items()}
    return Forgotten(str(salt), frozenset(hashes or ()), kept)


def forgotten_in(holdings: Holdings, forgotten: Forgotten) -> list[str]:
    """Files in the tables that were forgotten, by their name or by what they hold."""
    return [
        uri
        for uri, row in holdings.files.items()
        if forgotten.holds(uri)
        or (row.recording_id is not None and forgotten.holds(row.recording_id))
        or (row.content is not None and forgotten.holds(row.content))
    ]


def _are_stretches(found: Any) -> bool:
    return isinstance(found, list) and all(
        isinstance(one, list) and len(one) == 2 and all(type(ms) is int for ms in one) for one in found
    )
