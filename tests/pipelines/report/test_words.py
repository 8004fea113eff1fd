"""Words and mentions against the formulas computed by hand."""

from __future__ import annotations

from math import log, sqrt
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.corpus import open_corpus
from pipelines.report.mentions import mention_shares
from pipelines.report.words import bare, bare_sql, counts_by, distinctive
from tests.pipelines.report.made import write_corpus


def test_distinctive_words_are_the_formula_of_the_paper() -> None:
    said = {"north": {"sea": 40, "the": 100, "hill": 2}, "south": {"sea": 5, "the": 120, "hill": 60}}
    counts = pd.DataFrame(
        [(g, w, n) for g, of in said.items() for w, n in of.items()], columns=["group", "word", "said"]
    )
    found = distinctive(counts)
    # Monroe, Colaresi and Quinn (2008), equations 15, 16, 18, 20, 22, a word at a time.
    everything = sum(sum(of.values()) for of in said.values())

    def z(word: str, mine: str, other: str) -> float:
        a0 = 1000.0
        a = (said[mine][word] + said[other][word]) / everything * a0
        y, n, yo, no = said[mine][word], sum(said[mine].values()), said[other][word], sum(said[other].values())
        delta = log((y + a) / (n + a0 - y - a)) - log((yo + a) / (no + a0 - yo - a))
        return delta / sqrt(1 / (y + a) + 1 / (yo + a))

    expected = {("north", "sea"): z("sea", "north", "south"), ("south", "hill"): z("hill", "south", "north")}
    assert {(row.group, row.word): row.z for row in found.itertuples()} == pytest.approx(expected)
    assert z("the", "north", "south") < 1.96


def test_a_rare_word_and_no_words_set_nothing_apart() -> None:
    said = [("a", "x", 4), ("a", "the", 900), ("a", "of", 500), ("b", "the", 900), ("b", "of", 500)]
    rare = pd.DataFrame(said, columns=["group", "word", "said"])
    assert distinctive(rare).empty
    assert distinctive(rare.head(0)).empty


def test_mentions_of_a_group_over_its_words(tmp_path: Path) -> None:
    write_corpus(
        tmp_path,
        {
            "/a.wav": "Acme, ACME cola. the acme's",  # 3 of 5
            "/b.wav": "(acme) one two three four five",  # 1 of 6
            "/c.wav": "nothing at all",
        },
        {"region": {"/a.wav": "north", "/b.wav": "north"}, "date": {"/a.wav": "2024-01-09", "/b.wav": "2024-02-01"}},
    )
    corpus = open_corpus(tmp_path)
    found = mention_shares(corpus, ["acme", "acme cola"], "region").set_index(["group", "label"])
    assert found.loc[("north", "acme"), "share"] == pytest.approx(4 / 11)
    assert found.loc[("north", "acme cola"), "share"] == pytest.approx(1 / 11)
    assert found.loc[("(none)", "acme"), ["share", "recordings"]].tolist() == [0, 1]
    months = mention_shares(corpus, ["acme"], "date", as_month=True)
    assert months["group"].tolist() == ["2024-01", "2024-02"]  # what has no date is in no month
    assert months["share"].tolist() == pytest.approx([3 / 5, 1 / 6])
    assert dict(counts_by(corpus, "region").query("group == 'north'")[["word", "said"]].to_numpy())["acme"] == 3


@given(st.text(st.characters(max_codepoint=0x24F), max_size=8))
def test_bare_words_are_the_same_in_python_and_sql(word: str) -> None:
    word = word.replace("\0", "")
    found = duckdb.execute(f"SELECT {bare_sql('$word')}", {"word": word}).fetchall()[0][0]
    # İ becomes one letter in DuckDB and two in Python.
    assert found.replace("\u0307", "") == bare(word).replace("\u0307", "")
