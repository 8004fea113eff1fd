"""Mentions in transcripts that may be made up: marked, left out, or shown alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.corpus.doubtful import Doubtful
from pipelines.mentions import find_mentions, mention_rates
from pipelines.mentions.doubted import doubtful_notes
from pipelines.mentions.find import as_arrow, mentions_alone
from tests.pipelines.tables import CALL, STREET, example, transcript, write_corpus

NO_SPEECH = ["no_speech"]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Three mentions of acme, one of them doubtful, and one of "acme cola" that begins in a doubtful row."""
    rows = [
        {**transcript(CALL, 1, [("acme", 0, 400, 0.9)]), "doubtful": NO_SPEECH},
        {**transcript(CALL, 1, [("cola", 500, 900, 0.9), ("acme", 900, 1200, 0.9)]), "doubtful": []},
        {**transcript(STREET, 0, [("acme", 0, 400, 0.9)]), "doubtful": None},
    ]
    write_corpus(tmp_path, {**example(), "transcripts": rows})
    return open_corpus(tmp_path)


@pytest.mark.parametrize(("doubtful", "found"), [("in", [NO_SPEECH, [], []]), ("out", [[], []]), ("only", [NO_SPEECH])])
def test_which_are_taken_in(corpus: Corpus, doubtful: Doubtful, found: list[list[str]]) -> None:
    mentions = find_mentions(corpus, ["acme"], doubtful=doubtful)
    assert mentions["doubtful"].tolist() == found
    assert as_arrow(mentions)["doubtful"].to_pylist() == found


def test_a_mention_has_the_doubts_of_every_row_that_it_stands_in(corpus: Corpus) -> None:
    assert find_mentions(corpus, ["acme cola"])["doubtful"].tolist() == [NO_SPEECH]
    assert mentions_alone(corpus, ["acme cola", "acme"])["doubtful"].tolist() == [True, True, False, False]


@pytest.mark.parametrize(("doubtful", "said", "words"), [("in", 3, 4), ("out", 2, 3), ("only", 1, 1)])
def test_rates_are_of_the_words_that_were_taken_in(corpus: Corpus, doubtful: Doubtful, said: int, words: int) -> None:
    mentions = find_mentions(corpus, ["acme"], doubtful=doubtful)
    (row,) = mention_rates(corpus, mentions, ["acme"], doubtful=doubtful).to_dict("records")
    assert (row["mentions"], row["words"]) == (said, words)


@pytest.mark.parametrize(
    ("doubtful", "told"),
    [
        ("in", ["doubtful: 1 of 3 mentions, in transcripts that may be made up (?): --doubtful out leaves them out"]),
        (
            "out",
            [
                "left out: 1 mention in transcripts that may be made up: --doubtful in takes them in, only shows them "
                "alone",
                "not judged: 1 transcript of earlier versions, which count as not doubtful",
            ],
        ),
        (
            "only",
            [
                "left out: 2 mentions that nothing speaks against: --doubtful in takes them in",
                "not judged: 1 transcript of earlier versions, which count as not doubtful",
            ],
        ),
    ],
)
def test_what_became_of_them_is_told(corpus: Corpus, doubtful: Doubtful, told: list[str]) -> None:
    assert list(doubtful_notes(corpus, find_mentions(corpus, ["acme"]), doubtful)) == told


def test_where_none_is_doubtful_nothing_is_told(corpus: Corpus) -> None:
    assert list(doubtful_notes(corpus, find_mentions(corpus, ["cola"]), "in")) == []
