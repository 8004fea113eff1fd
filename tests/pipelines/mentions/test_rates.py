"""Mentions by group: against counts by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.mentions.find import find_mentions, mentions_alone
from pipelines.mentions.rates import mention_rates
from tests.pipelines.report.made import write_corpus

SAID = {
    "/a.wav": "Acme, ACME cola. the acme's",  # 3 of 5
    "/b.wav": "(acme) one two three four five",  # 1 of 6
    "/c.wav": "nothing at all",
}
OWN = {"region": {"/a.wav": "north", "/b.wav": "north"}, "date": {"/a.wav": "2024-01-09", "/b.wav": "2024-02-01"}}
PHRASES = ["acme", "acme cola"]


def test_mentions_of_a_group_over_its_words(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    corpus = open_corpus(tmp_path)
    found = mention_rates(corpus, mentions_alone(corpus, PHRASES), PHRASES, ["region"]).set_index(["group", "phrase"])
    assert found.loc[("north", "acme"), "per_1000_words"] == pytest.approx(4000 / 11)
    assert found.loc[("north", "acme cola"), "per_1000_words"] == pytest.approx(1000 / 11)
    assert found.loc[("(none)", "acme"), ["per_1000_words", "recordings"]].tolist() == [0, 1]


def test_by_month(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    corpus = open_corpus(tmp_path)
    found = mention_rates(corpus, mentions_alone(corpus, ["acme"]), ["acme"], ["date"], months=["date"])
    assert found["group"].tolist() == ["2024-01", "2024-02"]  # what has no date is in no month
    assert found["per_1000_words"].tolist() == pytest.approx([3000 / 5, 1000 / 6])


def test_what_is_found_alone_is_what_is_found_with_its_surroundings(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    corpus = open_corpus(tmp_path)
    columns = ["phrase", "recording_id", "distance"]
    whole = find_mentions(corpus, PHRASES)[columns].sort_values(columns, ignore_index=True)
    alone = mentions_alone(corpus, PHRASES)[columns].sort_values(columns, ignore_index=True)
    assert len(alone) == 5
    assert alone.astype(str).equals(whole.astype(str))


def test_no_phrase_is_no_mention(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    assert mentions_alone(open_corpus(tmp_path), []).empty
