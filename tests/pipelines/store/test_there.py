"""Whether a file is still at its place."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.store.there import is_there


def test_names_of_bytes_and_placeholders_count(tmp_path: Path) -> None:
    for name in (b"a.wav", b"\xff.wav", b".c.wav.icloud"):
        (tmp_path / os.fsdecode(name)).touch()
    uris = {name: str(tmp_path / name) for name in ("a.wav", "\\xff.wav", "c.wav", "d.wav")}
    assert [name for name, uri in uris.items() if is_there(uri)] == ["a.wav", "\\xff.wav", "c.wav"]
