"""The list of models, as a person, a spreadsheet and a program read it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from pipelines.cli import PUBLISHED, WRONG_USE, main
from schemas.cards import CARDS
from schemas.sets import SET_NAMES

Captured = pytest.CaptureFixture[str]


def test_the_sets_are_a_table_with_what_its_figures_mean(capfd: Captured) -> None:
    assert main(["models"]) == PUBLISHED
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:7]] == list(SET_NAMES)
    assert lines[2].split("  ")[0] == "fast"
    assert " 10.3 " in lines[2]
    assert lines[8].startswith("word errors: in English, Open ASR Leaderboard, March 2026")


def test_programs_read_numbers(capfd: Captured) -> None:
    assert main(["models", "multilingual", "--format", "json"]) == PUBLISHED
    first = json.loads(capfd.readouterr().out)[0]
    assert first["checkpoint"] == "openai/whisper-large-v3-turbo"
    assert (first["word_error_percent"], first["download_mb"], first["memory_mb"]) == (7.8, 1620, 3236)
    assert main(["models", "all", "--format", "csv"]) == PUBLISHED
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert [row["checkpoint"] for row in rows] == list(CARDS)
    assert float(rows[0]["word_error_percent"]) == 29.4


@pytest.mark.parametrize(
    ("words", "said"),
    [(["large"], "models large: choose from base, fast"), (["--format", "xml"], "--format xml: choose from table")],
)
def test_wrong_words_are_one_line(words: list[str], said: str, capfd: Captured) -> None:
    assert main(["models", *words]) == WRONG_USE
    assert said in capfd.readouterr().err


def test_it_answers_without_torch() -> None:
    looked = "import sys; from pipelines.cli import main; main(['models', 'fast']); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
