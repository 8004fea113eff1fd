"""Corpora that are read by every program."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER, IN_DEMO
from pipelines.cli import PUBLISHED, main
from schemas.catalog import OF_RUNS
from tests.pipelines.corpora import DEMO, publish

RECORDINGS = (
    "digits/code_007.wav",
    "digits/copy_of_code_007.wav",
    "digits/code_012.wav",
    "interviews/support_call.flac",
    "radio/spot.m4a",
    "scenes/sounds.ogg",
    "survey/answer_007.opus",
    "broken/breaks_off.flac",
    "broken/garbage.wav",
)
OWN = """file,speaker,region,notes,visits,weight,member,day
digits/code_007.wav,007,North Harbor,"said ""yes"", twice",3,0.1,true,2024-03-05
digits/code_012.wav,012,Łódź 漢字 🎧,,,-1e-300,false,1969-12-31
interviews/support_call.flac,1e5,,=1+1,-2147483648,,,
"""
TYPES = {"visits": "int", "weight": "float", "member": "bool", "day": "date"}
PROMPTS = "dog: a dog barks\nbell: the sound of a bell\n"


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot of a corpus in which every table has rows, with the user's own columns of every type."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "own.csv").write_text(OWN)
    (folder / "prompts.yaml").write_text(PROMPTS)
    models = {job: DEMO_FOLDER / job for job in IN_DEMO}
    metadata = {"path": str(folder / "own.csv"), "types": TYPES}
    publish(folder / "out", models, [DEMO / name for name in RECORDINGS], tables=list(OF_RUNS), metadata=metadata)
    assert main(["speakers", str(folder / "out")]) == PUBLISHED
    assert main(["tag", str(folder / "out"), str(folder / "prompts.yaml")]) == PUBLISHED
    return (folder / "out" / "current").resolve()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot of a corpus in which nobody speaks: tables without rows."""
    out = tmp_path_factory.mktemp("empty") / "out"
    models = {job: DEMO_FOLDER / job for job in IN_DEMO}
    publish(out, models, [DEMO / "signals" / "silence.flac"], tables=list(OF_RUNS))
    return (out / "current").resolve()
