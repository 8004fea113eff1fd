"""What was forgotten, as the folder of a corpus keeps it."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.files.damage import DamagedError
from pipelines.files.json_file import read_json
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
    salt, hashes = found.get("salt"), found.get("hashes")
    if not (isinstance(salt, str) and isinstance(hashes, list) and all(isinstance(one, str) for one in hashes)):
        raise DamagedError(path, "is damaged (it holds no tombstones)")
    return Forgotten(salt, frozenset(hashes))
