"""A docstring says first what the thing is, and only then what it has, takes, gives and raises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("earwitness", "schemas", "transforms", "pipelines", "demo", "benchmarks", "tests")
PARTS = ("Attributes:", "Args:", "Returns:", "Yields:", "Raises:")
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def begin_with_a_part(source: str) -> Iterator[str]:
    """The names of what has a docstring whose first line is about a part of it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Documented) and (ast.get_docstring(node) or "").startswith(PARTS):
            yield getattr(node, "name", "the module")


@pytest.mark.parametrize("room", ROOMS)
def test_docstrings_say_first_what_the_thing_is(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py"))
    assert modules
    wrong = {str(path.relative_to(ROOT)): list(begin_with_a_part(path.read_text("utf-8"))) for path in modules}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_one_that_begins_with_a_part_is_seen() -> None:
    assert list(begin_with_a_part('def f(x):\n    """Raises:\n        ValueError: never.\n    """\n')) == ["f"]
    assert list(begin_with_a_part('class A:\n    """A thing.\n\n    Attributes:\n        b: c.\n    """\n')) == []
