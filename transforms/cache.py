"""What a machine need not make anew: small files in a folder of the user's, which may be deleted at any time."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = "EARWITNESS_CACHE"
"""The environment variable that names the folder; without it, ``earwitness`` in the user's own cache folder."""


def cache_folder() -> Path:
    """Where this machine keeps what it need not make anew; it may not be there.

    Raises:
        RuntimeError: the user's home folder is not known.
    """
    named = os.environ.get(FOLDER)
    own = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return (Path(named) if named else Path(own) / "earwitness").expanduser()


def keep(place: Path, values: Mapping[str, Any]) -> None:
    """Write values as JSON, as :func:`keep_bytes` does.

    Raises:
        OSError: there is no room for it.
    """
    keep_bytes(place, json.dumps(values).encode())


def keep_bytes(place: Path, data: bytes) -> None:
    """Write a small file beside and rename it: who reads meanwhile finds the old or the new.

    Raises:
        OSError: there is no room for it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.stem}")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(beside, place)
    except OSError:
        os.unlink(beside)
        raise
