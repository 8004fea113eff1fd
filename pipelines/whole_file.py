"""Writes a file that is whole or not there."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write over what is there once everything is written; nothing half written stays.

    Raises:
        OSError: it cannot be written.
    """
    growing = path.with_name(f".{path.name}.growing")
    try:
        growing.write_bytes(content)
        os.replace(growing, path)
    finally:
        growing.unlink(missing_ok=True)
