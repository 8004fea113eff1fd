"""Words of the command line that are no text, and names of files, which need not be."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from pipelines.cli import FAILED, WRONG_USE, main, parser
from pipelines.corpus.asked import open_corpus
from schemas.errors import UsageError
from tests.pipelines.tables import example, write_corpus

Captured = pytest.CaptureFixture[str]
BAD = os.fsdecode(b"caf\xe9")
"""As a terminal of another encoding gives it."""

TEXT = (
    "query OUT BAD",
    "query OUT SQL --format BAD",
    "mentions OUT BAD",
    "mentions OUT acme BAD --fuzzy",
    "mentions OUT --fuzzy -- BAD",
    "mentions OUT acme --by BAD",
    "search OUT BAD",
    "search OUT --top 3 BAD",
    "search OUT rain --models BAD",
    "tables OUT BAD",
    "tag OUT prompts.yaml --models BAD",
    "sample OUT --to TO.csv --by BAD",
    "sample OUT --to TO.csv --coders ana,BAD",
    "agree OUT TO.csv --format BAD",
    "speakers OUT --check BAD",
    "report OUT --to TO --by BAD",
    "report OUT --to TO --mentions acme --mentions BAD",
    "export OUT --format BAD --to TO",
    "run archive --out TO --language BAD",
    "run archive --out TO --models BAD",
    "run archive --out TO --tables windows,BAD",
    "run archive --out TO --force BAD",
    "run archive --out TO --stop-after BAD",
    "run archive --out TO -- --BAD",
)
NAMES = (
    ("status BAD", FAILED),
    ("query BAD SQL", FAILED),
    ("export OUT BAD --format vtt --to TO", WRONG_USE),
    ("report OUT --to TO --recordings BAD", WRONG_USE),
    ("forget OUT BAD --yes", FAILED),
    ("search OUT --like BAD", FAILED),
    ("search OUT rain --model BAD", FAILED),
    ("agree OUT BAD", WRONG_USE),
    ("tag OUT BAD", WRONG_USE),
    ("run BAD --out TO", WRONG_USE),
    ("run archive --out TO --config BAD", WRONG_USE),
    ("run archive --out TO --metadata BAD", WRONG_USE),
    ("run archive --out TO --model emotions=BAD", WRONG_USE),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "out", example())
    return tmp_path


def given(words: str) -> list[str]:
    """Its words, with BAD and the folders put in."""
    stands_for = {"BAD": BAD, "OUT": "out", "TO": "to", "SQL": "SELECT 1"}
    found = []
    for word in words.split():
        for sign, meant in stands_for.items():
            word = word.replace(sign, meant)
        found.append(word)
    return found


@pytest.mark.parametrize("words", TEXT)
def test_a_word_that_is_no_text_is_told_in_a_line(place: Path, capfd: Captured, words: str) -> None:
    assert main(given(words)) == WRONG_USE
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    assert "is no text: its character " in err
    assert r"caf\udce9" in err
    assert sorted(os.listdir(place)) == ["out"]


@pytest.mark.parametrize(("words", "code"), NAMES)
def test_a_name_of_a_file_may_be_any_bytes(place: Path, capfd: Captured, words: str, code: int) -> None:
    assert main(given(words)) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    assert "is no text" not in err
    assert "not foreseen" not in err


@pytest.mark.parametrize(
    "words", ["query BAD SQL", "status BAD", "tables BAD/out", "forget BAD x --yes", "run archive --out BAD/new"]
)
def test_a_corpus_lies_in_a_folder_whose_name_is_text(place: Path, capfd: Captured, words: str) -> None:
    """Neither Arrow nor DuckDB opens another."""
    os.mkdir(BAD)
    os.rename("out", f"{BAD}/out")
    os.mkdir("archive")
    Path("archive/1.wav").touch()
    assert main(given(words)) == WRONG_USE
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1), err
    assert "a name on the way to it is not UTF-8" in err
    assert sorted(os.listdir(BAD)) == ["out"]


@pytest.mark.parametrize(
    "words",
    [
        "query OUT SQL --to BAD.csv",
        "mentions OUT acme --to BAD.parquet",
        "export OUT --format vtt --to BAD",
    ],
)
def test_what_is_written_elsewhere_may_have_any_name(place: Path, capfd: Captured, words: str) -> None:
    assert main(given(words)) == 0
    assert "not foreseen" not in capfd.readouterr().err
    assert len(os.listdir(place)) == 2


def test_every_word_is_a_name_or_has_to_be_text() -> None:
    (commands,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        known = {action.dest for action in command._actions}
        assert set(command.get_default("names") or ()) <= known, name


@pytest.mark.parametrize("question", ["SELECT '\0'", f"SELECT '{BAD}'", "FROM recordings -- \ud800"])
def test_a_question_from_python_that_is_no_text(place: Path, question: str) -> None:
    with open_corpus(place / "out") as corpus, pytest.raises(UsageError, match="is no text: its character"):
        corpus.sql(question)
