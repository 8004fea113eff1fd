"""A corpus in folders named like partitions: the path never stands in for a column."""

from __future__ import annotations

import ast
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import PUBLISHED, main
from pipelines.corpus.asked import open_corpus
from tests.pipelines.corpora import DEMO, rows

ROOT = Path(__file__).resolve().parents[2]
PATH = "language=de/codec=opus/status=gone/recording_id=1/label=x/keys=y/uri=z"
READERS = {"read_table": "partitioning", "ParquetDataset": "partitioning", "dataset": "partitioning"}


def everything_of(out: Path) -> dict[str, Any]:
    with open_corpus(out) as corpus:
        return {
            table: sorted(map(str, corpus.sql(f"SELECT * EXCLUDE ({run}) FROM {table}").fetchall()))
            for table, run in (("recordings", "run_id"), ("files", "run_id"), ("windows", "channel"))
        }


def test_what_a_path_says_is_no_column(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    archive = shutil.copytree(DEMO / "signals", tmp_path / "archive")
    plain, odd = tmp_path / "plain", tmp_path / PATH
    for out in (plain, odd):
        for _ in range(2):  # the second one reads what the first has written
            words = ["run", str(archive), "--out", str(out), "--tables", "windows", "--retry-errors"]
            assert main(words) == PUBLISHED
        assert main([*words, "--force", "windows"]) == PUBLISHED
    assert everything_of(odd) == everything_of(plain)
    assert rows(odd, "files") == rows(plain, "files")
    for command in (["status"], ["tables", "recordings"], ["methods"]):
        capfd.readouterr()
        assert main([command[0], str(plain), *command[1:]]) == PUBLISHED
        said = capfd.readouterr().out
        assert main([command[0], str(odd), *command[1:]]) == PUBLISHED
        if command != ["status"]:  # which tells the times of the runs
            assert capfd.readouterr().out.replace(str(odd), "OUT") == said.replace(str(plain), "OUT")
    assert sorted(os.listdir(plain)) == sorted(os.listdir(odd))


def test_no_reader_takes_columns_from_the_path() -> None:
    missing = []
    for path in (path for floor in ("transforms", "pipelines", "benchmarks") for path in (ROOT / floor).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                wanted = READERS.get(node.func.attr)
                if wanted and wanted not in {keyword.arg for keyword in node.keywords}:
                    missing.append(f"{path.relative_to(ROOT)}:{node.lineno}")
        for number, line in enumerate(text.splitlines(), 1):
            if "read_parquet(" in line and "hive_partitioning" not in line and "pd.read_parquet(" not in line:
                missing.append(f"{path.relative_to(ROOT)}:{number}")
    assert missing == []
