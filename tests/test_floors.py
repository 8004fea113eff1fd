"""Imports go down only, and every file can be read in one go."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("schemas", "transforms", "pipelines")
MODULES = sorted(path.relative_to(ROOT) for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a file names in its import statements, wherever they stand."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)


def test_the_floors_are_there() -> None:
    assert {path.parts[0] for path in MODULES} == set(FLOORS)
    assert len(MODULES) > 40


@pytest.mark.parametrize("path", [m for m in MODULES if m.parts[0] == "schemas"], ids=str)
def test_schemas_stand_on_the_standard_library_and_pyarrow(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "pyarrow", "schemas"}
    # numpy only gives its name to annotations
    tops = {name.partition(".")[0] for name in imported(path)} - ({"numpy"} if path.name == "records.py" else set())
    assert tops <= allowed


def test_numpy_is_not_needed_to_import_the_schemas() -> None:
    tree = ast.parse((ROOT / "schemas" / "records.py").read_text(encoding="utf-8"))
    at_run_time = [node for node in tree.body if isinstance(node, ast.Import)]
    assert "numpy" not in {alias.name for node in at_run_time for alias in node.names}


@pytest.mark.parametrize("path", [m for m in MODULES if m.parts[0] == "transforms"], ids=str)
def test_transforms_know_nothing_of_pipelines(path: Path) -> None:
    assert not {name for name in imported(path) if name.partition(".")[0] in ("pipelines", "demo", "tests")}


@pytest.mark.parametrize("path", [m for m in MODULES if m.parts[:2] == ("transforms", "models")], ids=str)
def test_models_run_in_a_bare_loop(path: Path) -> None:
    names = set(imported(path))
    assert not {name for name in names if name.partition(".")[0] == "apache_beam"}
    assert not {name for name in names if name.startswith("transforms.stages")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_stages_and_pipelines_know_beam(path: Path) -> None:
    if path.parts[0] != "pipelines" and path.parts[:2] != ("transforms", "stages"):
        assert not {name for name in imported(path) if name.partition(".")[0] == "apache_beam"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nobody_imports_the_demo_the_tests_or_the_front_door(path: Path) -> None:
    assert not {name for name in imported(path) if name.partition(".")[0] in ("demo", "earwitness", "tests")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_file_is_short_and_says_what_it_is(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 250
    assert ast.get_docstring(ast.parse(text))
