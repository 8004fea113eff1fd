"""Words that are near to those of a phrase that nobody said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.mentions.vocabulary import near_vocabulary
from tests.pipelines.tables import CALL, example, transcript, write_corpus

SAID = ("Acme", "acme", "acne", "acre", "camera", "cola", "kola", "rain")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    words = [(word, 1000 * i, 1000 * i + 500, 0.9) for i, word in enumerate(SAID)]
    write_corpus(tmp_path / "out", {**example(), "transcripts": [transcript(CALL, 1, words)]})
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("phrase", "near"),
    [
        ("acmee", [("acme", 2), ("acne", 1), ("acre", 1)]),
        ("ACNE", [("acne", 1), ("acme", 2), ("acre", 1)]),
        ("zzzz", []),
    ],
)
def test_the_nearest_first_then_what_is_said_more_often(out: Path, phrase: str, near: list[tuple[str, int]]) -> None:
    with open_corpus(out) as corpus:
        assert near_vocabulary(corpus, phrase) == near


def test_of_a_longer_phrase_it_is_near_to_any_word(out: Path) -> None:
    with open_corpus(out) as corpus:
        assert {word for word, _ in near_vocabulary(corpus, "acmes kolas")} >= {"acme", "kola", "cola"}
