"""The benchmark of questions, small."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.asking import main
from pipelines.corpus.asked import open_corpus

pytestmark = pytest.mark.slow  # each measures


def test_it_says_what_questions_took(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--words", "7200", "--rounds", "1", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "7,200 words, 1,440 emotion clips" in told
    assert "mentions --fuzzy" in told
    assert not list(tmp_path.iterdir())


def test_the_corpus_is_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    for _ in range(2):
        assert main(["--words", "3600", "--rounds", "1", "--keep", str(tmp_path / "kept")]) == 0
    with open_corpus(tmp_path / "kept") as corpus:
        assert corpus.sql("SELECT count(*) FROM words").fetchall() == [(3600,)]
