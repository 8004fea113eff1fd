"""CONTRIBUTING.md does what it says: its walks in a copy of the tree, and what a forgotten step is told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.picture import RANKS
from tests.walk import PAGE, ROOT, Step, copy_tree, walk, without_each

TABLE, JOB = walk("Add a table"), walk("Add a job")
ADDED = {"dynamics": TABLE, "keywords": JOB}
REGISTRY = "tests/test_registry.py"
TESTS = [*dict.fromkeys(step.path for step in TABLE + JOB if step.path.startswith("tests/"))]
SPOKEN = "demo/corpus/survey/answer_031.ogg"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which a table and a job were added."""
    copy = copy_tree(tmp_path_factory.mktemp("tree"))
    for step in TABLE + JOB:
        step.do(copy)
    return copy


@pytest.fixture(scope="module")
def registry_of() -> Iterator[Callable[[Path], tuple[int, str]]]:
    """The exit code of the tests of the registry in a tree, and what they say."""
    words = [sys.executable, "-m", "tests.forked", REGISTRY]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forking:
        assert forking.stdin
        assert forking.stdout

        def run(tree: Path) -> tuple[int, str]:
            print(tree, file=forking.stdin, flush=True)
            code, said = json.loads(forking.stdout.readline())  # type: ignore[union-attr]
            return code, said

        yield run
        forking.stdin.close()


def python(tree: Path, *words: str) -> str:
    """What a command prints in the copy."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_walks_are_as_long_as_they_should_be() -> None:
    def of_the_program(steps: list[Step]) -> int:
        return sum(not step.path.startswith(("tests/", "docs/")) for step in steps)

    assert (of_the_program(TABLE), len(TABLE)) == (4, 4 + 4)
    assert (of_the_program(JOB), len(JOB)) == (6, 6 + 4)


def test_what_was_added_passes_its_tests(tree: Path) -> None:
    said = python(tree, "-m", "pytest", "-p", "no:cacheprovider", REGISTRY, *TESTS)
    assert re.search(r"^\d+ passed in", said, re.MULTILINE), said


def test_a_run_fills_the_new_tables_from_recordings(tree: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    python(tree, "-m", "pipelines", "run", SPOKEN, "--out", out, "--models", "demo", "--tables", "dynamics,keywords")
    asked = """SELECT (SELECT count(*) FROM windows) AS windows, (SELECT count(*) FROM segments) AS segments,
        (SELECT list(crest_db) FROM dynamics) AS crests, (SELECT list(confidence) FROM keywords) AS sure"""
    (row,) = json.loads(python(tree, "-m", "pipelines", "query", out, asked, "--format", "json"))
    assert row["windows"] == len(row["crests"]) > 0
    assert all(3 < crest < 40 for crest in row["crests"])  # a voice stands further above its level than a sine
    assert row["segments"] == len(row["sure"]) > 0


def test_a_step_that_is_forgotten_is_named(tree: Path, registry_of: Callable[[Path], tuple[int, str]]) -> None:
    code, said = registry_of(tree)
    assert code == 0, said
    told = ""
    for left_out in without_each(TABLE + JOB, tree):
        code, said = registry_of(tree)
        assert code, f"nothing misses {left_out.path}"
        dotted = left_out.path.removesuffix(".py").replace("/", ".")
        assert left_out.path in said or dotted in said, said
        assert any(left_out in steps and name in said.lower() for name, steps in ADDED.items()), said
        told += said
    shown = PAGE.read_text("utf-8").partition("\n## If a step is missing\n")[2].partition("```text\n")[2]
    for line in shown.partition("```")[0].splitlines():
        assert line in told, f"no test says so: {line}"


def test_the_ranks_are_those_that_are_held() -> None:
    blocks = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    shown = [line.split() for block in blocks for line in block.splitlines()]
    for floor, ranks in RANKS.items():
        first, *others = ranks
        assert [f"{floor}/", *first] in shown
        at = shown.index([f"{floor}/", *first])
        assert shown[at + 1 : at + len(ranks)] == [list(rooms) for rooms in others]
