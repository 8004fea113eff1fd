"""The names in the folder of a corpus are written down once: nobody else spells one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import layout

ROOT = Path(__file__).resolve().parents[2]
WORDS = {layout.CURRENT, layout.REPORT, layout.SEARCH, layout.PASSES, layout.NEXT, layout.REJECTED}
"""What is an ordinary word beside: a name of ours only where it is part of a path."""
NAMES = {
    *(value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)),
    *layout.OURS,
} - WORDS
ALLOWED = {
    ("transforms/models/locate.py", "snapshots"): "the Hub's own cache has a folder of that name",
    ("transforms/models/hub.py", "snapshots"): "the same",
    ("transforms/models/licence.py", layout.PAGE): "a model card is called so on the Hub",
    ("pipelines/store/datapackage.py", layout.DESCRIPTOR): "the address of the standard ends so",
    ("pipelines/store/datapackage.py", layout.PARQUET): "the media type of Parquet ends so",
}
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for floor in ("schemas", "transforms", "pipelines", "earwitness")
    for path in (ROOT / floor).rglob("*.py")
    if path.name != "layout.py"
)


def spelt(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines on which a name stands as a literal, with the name; sentences for people may have it."""
    doc = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    in_paths = {id(node.right) for node in ast.walk(tree) if isinstance(node, ast.BinOp) and _joins(node.op)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in doc:
            continue
        text = node.value
        if " " in text.strip() or "\n" in text:
            continue
        parts = text.strip().split("/")
        known = NAMES | WORDS if len(parts) > 1 or id(node) in in_paths else NAMES
        for part in parts:
            bare = part.lstrip("*")
            if found := next((name for name in known if bare == name or _ends_so(part, name)), None):
                yield node.lineno, found


def _joins(operator: ast.operator) -> bool:
    return isinstance(operator, ast.Div)


def _ends_so(part: str, name: str) -> bool:
    """``x.parquet``, and what is left of ``f"{run}.parquet"``."""
    return name in (layout.PARQUET, layout.GROWING, layout.GOING) and part.endswith(name)


@pytest.mark.parametrize("name", MODULES)
def test_nobody_spells_a_name(name: str) -> None:
    found = [
        f"{name}:{line}: {word}"
        for line, word in spelt(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if (name, word) not in ALLOWED
    ]
    assert not found, f"{', '.join(found)}: take it from schemas.layout"


def test_what_is_allowed_is_there() -> None:
    for name, word in ALLOWED:
        assert word in {found for _, found in spelt(ast.parse((ROOT / name).read_text(encoding="utf-8")))}


@pytest.mark.parametrize(
    "line",
    [
        'out / "current"',
        'out / "settings.json"',
        'staged.glob("*/passes/*")',
        'name == "snapshots"',
        'f"{out}/current/tags/{table}"',
        'folder.glob("*.parquet")',
        'f"{run_id}.parquet"',
        'path.with_name(f".{name}.growing")',
    ],
)
def test_the_rule_sees_a_name(line: str) -> None:
    assert list(spelt(ast.parse(f"x = {line}")))


@pytest.mark.parametrize(
    "line", ['"""OUT/current"""', 'x = config["tables"]', 'x = "a word of OUT/current for a person"', 'x = "search"']
)
def test_the_rule_knows_a_word_from_a_name(line: str) -> None:
    assert not list(spelt(ast.parse(line)))
