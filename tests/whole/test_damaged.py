"""Whatever table is damaged in OUT, each command gives one line that names the file, and neither hangs nor harms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.run.test_broken import ALL
from tests.whole.damages import (
    CHEAP,
    DEAR,
    ID,
    OF_PARQUET,
    Damage,
    base,
    check,
    middle,
    pristine,
    tried,
    words_of,
)

__all__ = ["base", "pristine"]


def test_undamaged_every_command_can_be_asked(base: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fails = {"run", "search", "tag"}
    for name, words in words_of(base).items():
        code, told = tried(words, capfd)
        assert (name, code, told if name not in fails else []) == (name, int(name in fails), [])


@pytest.mark.parametrize("damage", OF_PARQUET)
@pytest.mark.parametrize("table", ALL)
def test_a_damaged_table(base: Path, capfd: pytest.CaptureFixture[str], table: str, damage: Damage) -> None:
    (path,) = (base / "out" / "snapshots" / ID / table).glob("*.parquet")
    damage(path)
    at = list(ALL).index(table) + OF_PARQUET.index(damage)
    for name in (CHEAP[at % len(CHEAP)], CHEAP[(at + 4) % len(CHEAP)], "run", *(DEAR[at % 9 : at % 9 + 1])):
        check(name, base, path, capfd)
    code, told = tried(words_of(base)["status"], capfd)
    assert (code, str(path) in "".join(told)) == ((1, True) if damage is not middle else (code, code == 1))
    code, told = tried(["query", str(base / "out"), f"SELECT * FROM {table}", "--format", "json"], capfd)
    assert code == 1
    assert str(path) in told[0]
    assert "backup" in told[0]
