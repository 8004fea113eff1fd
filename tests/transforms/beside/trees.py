"""Trees of files for tests of what a walk takes, and what it found of them."""

from __future__ import annotations

import os
from pathlib import Path

from transforms.discover import Discovery


def make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def found(discovery: Discovery, root: Path) -> list[str]:
    return [os.path.relpath(source.path, root) for source in discovery.sources]
