"""Every table is read by the programs that people have, bit by bit; run by ``make interop``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.catalog import TABLES
from tests.interop.asked import asked_of, expected_answers, tables_in, wrong_columns
from tests.interop.tools import EMPTY, TOOLS, Tool

pytestmark = pytest.mark.interop

Answers = Callable[[Tool], dict[str, Any]]


@pytest.fixture(scope="session")
def asked(full: Path, empty: Path) -> dict[str, Any]:
    return asked_of(full, empty)


@pytest.fixture(scope="session")
def answers(asked: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What each program says, which is asked once, whatever becomes of it."""
    said: dict[str, dict[str, Any] | Exception] = {}

    def ask(tool: Tool) -> dict[str, Any] | Exception:
        try:
            return tool.answers(asked, tmp_path_factory.mktemp("tool"))
        except (RuntimeError, subprocess.CalledProcessError) as error:
            return error

    def of(tool: Tool) -> dict[str, Any]:
        if tool.needs and not shutil.which(tool.needs):
            pytest.skip(f"needs {tool.needs}")
        if tool.name not in said:
            said[tool.name] = ask(tool)
        found = said[tool.name]
        if isinstance(found, Exception):
            raise found
        return found

    return of


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_it_reads_the_table(tool: Tool, name: str, asked: dict[str, Any], answers: Answers) -> None:
    """With rows, and without them where a corpus can have it so."""
    for same in {name, f"{name}{EMPTY}"} & set(asked["tables"]):
        wrong = wrong_columns(asked["tables"][same], answers(tool)["tables"][same])
        assert {column: said for column, said in wrong.items() if not tool.reason(asked, same, column)} == {}


@pytest.mark.parametrize(
    ("tool", "question"),
    [pytest.param(tool, one, id=f"{tool.name}-{one}") for tool in TOOLS for one in tool.questions],
)
def test_it_answers(tool: Tool, question: str, full: Path, answers: Answers) -> None:
    found, right = answers(tool)["questions"][question], {"is": expected_answers(full)[question]}
    if question in tool.cannot:
        assert found != right, "it can now: take the reason out"
    else:
        assert found == right


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool.cannot], ids=lambda tool: tool.name)
def test_what_it_cannot_is_still_so(tool: Tool, asked: dict[str, Any], answers: Answers) -> None:
    wrong = {
        tool.reason(asked, name, column)
        for name, table in asked["tables"].items()
        for column in wrong_columns(table, answers(tool)["tables"][name])
    }
    said = {why for name, why in tool.cannot.items() if name not in tool.questions}
    assert said - wrong == set(), "it can now: take the reason out"


def test_every_table_is_asked(full: Path, asked: dict[str, Any]) -> None:
    assert set(tables_in(full)) == set(TABLES)
    assert {name for name in asked["tables"] if name.endswith(EMPTY)} >= {"transcripts (empty)", "errors (empty)"}
