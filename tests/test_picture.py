"""Imports between rooms go down, there is no circle, and heavy libraries stay in their rooms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.picture import FLOORS, RANKS, ROOT, Picture, pictures

ONLY = {
    "apache_beam": "pipelines.run transforms.stages",
    "babel": "transforms.languages",
    "icu4py": "pipelines.writing",
    "rich": "pipelines.console pipelines.commands pipelines.cli pipelines.export.cues pipelines.export.speech",
    "duckdb": "pipelines.audit pipelines.corpus pipelines.run.broken pipelines.embeddings.search "
    "pipelines.speakers.check",
    "great_expectations": "pipelines.audit",
    "plotly": "pipelines.report",
    "torch": "transforms.models transforms.audio.recurrence transforms.infer transforms.stages.infer "
    "pipelines.run.devices pipelines.run.prepare pipelines.run.at_work pipelines.workers.machine",
    "distributed": "pipelines.workers",
    "dask": "pipelines.workers",
    "psutil": "pipelines.workers",
    "transformers": "transforms.models",
    "openvino": "transforms.openvino",
    "av": "transforms.decode",
    "soundfile": "transforms.decode transforms.rows.sound transforms.models.clips",
    "librosa": "transforms.features",
    "yaml": "pipelines.files",
    "filelock": "pipelines.store.lock transforms.models.conversions",
    "xlsxwriter": "pipelines.export.tables.excel",
    "pyreadstat": "pipelines.export.tables.spss",
}
"""The modules and rooms that may import a library: what is used everywhere can nowhere be replaced."""


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return {picture.floor: picture for picture in pictures()}


def test_every_room_has_a_rank(drawn: dict[str, Picture]) -> None:
    for floor, ranks in RANKS.items():
        ranked = {room for rooms in ranks for room in rooms}
        assert drawn[floor].rooms == ranked, f"give the room its rank in tests/picture.py ({floor})"


@pytest.mark.parametrize("floor", RANKS)
def test_imports_go_down(drawn: dict[str, Picture], floor: str) -> None:
    up = [f"{arrow.importer} imports {arrow.imported}" for arrow in drawn[floor].up()]
    assert not up, "a room imports itself and rooms of a lower rank; see CONTRIBUTING.md"


@pytest.mark.parametrize("floor", FLOORS)
def test_there_is_no_circle(drawn: dict[str, Picture], floor: str) -> None:
    assert not drawn[floor].circles()
    assert not drawn[floor].room_circles()


def test_libraries_stay_in_their_rooms() -> None:
    graph = grimp.build_graph(*FLOORS, include_external_packages=True, cache_dir=None)
    for library, rooms in ONLY.items():
        importers = graph.find_modules_that_directly_import(library)
        assert importers, f"nobody imports {library} any more: take it out of the table"
        strays = [one for one in importers if not any(f"{one}.".startswith(f"{room}.") for room in rooms.split())]
        assert not strays, f"{library} is imported by {', '.join(sorted(strays))}"


def test_an_arrow_up_and_a_circle_are_seen(tmp_path: Path) -> None:
    for name in ("schemas", "transforms", "pipelines/store", "pipelines/run"):
        (tmp_path / name).mkdir(parents=True)
    for folder in (tmp_path / "schemas", tmp_path / "transforms", *tmp_path.glob("pipelines/**/")):
        (folder / "__init__.py").touch()
    (tmp_path / "pipelines/store/lock.py").write_text("def f():\n    from pipelines.run import run\n")
    (tmp_path / "pipelines/run/run.py").write_text("import pipelines.store.lock\n")
    command = [sys.executable, "-m", "tests.picture", tmp_path]  # here the packages of this tree are imported already
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "up: pipelines.store.lock -> pipelines.run.run" in said
    assert "circle: pipelines.run.run pipelines.store.lock" in said


def test_the_picture_is_of_this_tree(drawn: dict[str, Picture]) -> None:
    modules = {module for picture in drawn.values() for module in picture.modules}
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            if path.name != "__init__.py":
                assert ".".join(path.relative_to(ROOT).with_suffix("").parts) in modules
