"""A run in int8: what its rows say, and what its user is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.run.int8 import notes_before, notes_behind
from pipelines.run.run import prepare
from schemas.config import from_mapping
from tests.pipelines.corpora import DEMO, publish, rows
from transforms.cache import FOLDER


def test_a_run_in_int8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    models = {"sounds": DEMO.parent / "models" / "sounds"}
    files = [DEMO / "scenes" / "sounds.ogg"]
    values = {"recordings": [str(file) for file in files], "out": str(tmp_path / "out"), "tables": ["sounds"]}
    asked = values | {"model": {job: str(folder) for job, folder in models.items()}, "precision": "int8"}
    prepared = prepare(from_mapping(asked))
    assert list(notes_before(prepared)) == [
        "--precision int8: sounds: made int8 first, once for this machine, in up to a minute for a model"
    ]
    assert list(notes_behind(prepared)) == []
    publish(tmp_path / "out", models, files, precision="int8", tables=["sounds"])
    assert {row["model"].rpartition("/")[2] for row in rows(tmp_path / "out", "sounds")} == {"int8-openvino"}
    assert list(notes_before(prepared)) == []
    assert list(notes_behind(prepared)) == [
        "--precision int8: sounds: held against fp32 over clips of its own, 100.0 % of what is likeliest stays"
    ]
    assert list(notes_behind(prepare(from_mapping(asked | {"precision": "bf16"})))) == []
