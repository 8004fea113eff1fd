"""Words and mentions against the formulas computed by hand, and how often chance sets words apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from pipelines.corpus.asked import open_corpus
from pipelines.report.groups import counts_by
from pipelines.statistics.distinctive import _Counts, bare, bare_sql, distinctive
from tests.pipelines.report.made import key_of, write_corpus

SEED = 20260504


def talk(rng: np.random.Generator, n: int, vocabulary: int = 400) -> np.ndarray:
    """Words of n conversations, [n, vocabulary]: of unequal length, each with matters of its own."""
    often = 1 / np.arange(1, vocabulary + 1)
    length = 300 * rng.lognormal(0, 1, n)
    own = rng.gamma(0.5, 2, (n, vocabulary))
    return rng.poisson(length[:, None] * often / often.sum() * own)


def counted(said: np.ndarray, groups: Sequence[str]) -> pd.DataFrame:
    recordings, words = np.nonzero(said)
    rows = [(groups[r], f"r{r}", f"w{w}", said[r, w]) for r, w in zip(recordings, words, strict=True)]
    return pd.DataFrame(rows, columns=["group", "recording_id", "word", "said"])


def test_the_distance_is_the_formula_a_word_at_a_time() -> None:
    rng = np.random.default_rng(SEED)
    said = talk(rng, 14, 30).astype(float)
    own = np.array([1.0] * 6 + [0] * 8)
    words = said.sum(axis=1)
    t = _Counts(csr_array(said), words).t(own[None])[0]
    for i in range(30):
        rates, variances = [], []
        for those in (own == 1, own == 0):
            rate = said[those, i].sum() / words[those].sum()
            n = those.sum()
            residuals = said[those, i] - rate * words[those]
            rates.append(rate)
            variances.append(n / (n - 1) * (residuals**2).sum() / words[those].sum() ** 2)
        least = said[:, i].sum() / words.sum() * (1 / words[own == 1].sum() + 1 / words[own == 0].sum())
        assert t[i] == pytest.approx((rates[0] - rates[1]) / np.sqrt(max(sum(variances), least)))


def test_one_talkative_recording_makes_nothing_distinctive() -> None:
    said = talk(np.random.default_rng(SEED), 24)
    said[0, 7] += 2_000
    said[0] *= 5
    assert distinctive(counted(said, ["a"] * 12 + ["b"] * 12)).empty


def test_a_word_that_all_recordings_of_a_group_use_is_found() -> None:
    said = talk(np.random.default_rng(SEED), 24)
    said[:12, 50] += 1 + said[:12].sum(axis=1) // 50
    found = distinctive(counted(said, ["a"] * 12 + ["b"] * 12))
    assert found[["group", "word", "recordings", "of"]].to_numpy().tolist() == [["a", "w50", 12, 12]]
    assert found["said"].tolist() == [said[:12, 50].sum()]


@pytest.mark.slow
def test_chance_makes_words_distinctive_as_seldom_as_stated() -> None:
    """Corpora of 20 conversations in two groups by lot: in 5 % of them, and in 10 % of 100 at the very most."""
    print(f"seed {SEED}")
    assert by_lot(100, 20, ["a"] * 8 + ["b"] * 12) <= 0.10


@pytest.mark.soak
@pytest.mark.parametrize("n", [12, 30, 60])
def test_chance_makes_words_distinctive_as_seldom_as_stated_at_length(n: int) -> None:
    print(f"seed {SEED}")
    assert by_lot(1_000, n, [*"aabc"] * (n // 4) + [*"a" * (n % 4)]) <= 0.07


def by_lot(times: int, n: int, groups: Sequence[str]) -> float:
    """In which share of corpora any word is found."""
    rng = np.random.default_rng(SEED)
    return float(np.mean([len(distinctive(counted(talk(rng, n), groups))) > 0 for _ in range(times)]))


def test_what_is_rare_or_of_few_recordings_sets_nothing_apart() -> None:
    said = np.full((12, 3), 50)
    said[:2, 0] += 1_000  # in two recordings only
    said[:6, 1] += [0, 0, 0, 0, 0, 1]
    assert distinctive(counted(said, ["a"] * 6 + ["b"] * 6)).empty
    apart = np.full((12, 2), 50)
    apart[:, 0] = [200] * 4 + [0] * 8
    assert distinctive(counted(apart, ["a"] * 4 + ["b"] * 8)).empty  # of four recordings nothing is said
    assert distinctive(counted(apart, ["b"] * 12)).empty
    assert distinctive(counted(apart, ["a"] * 6 + ["b"] * 6).head(0)).empty


def test_words_are_counted_by_recording_and_group(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"/a.wav": "Acme, ACME cola. the"}, {"region": {"/a.wav": "north"}})
    found = counts_by(open_corpus(tmp_path), "region").set_index("word")
    assert found["said"].to_dict() == {"acme": 2, "cola": 1, "the": 1}
    assert set(found["group"]) == {"north"}
    assert set(found["recording_id"]) == {key_of("/a.wav")}


@given(st.text(st.characters(max_codepoint=0x24F), max_size=8))
def test_bare_words_are_the_same_in_python_and_sql(word: str) -> None:
    word = word.replace("\0", "")
    found = duckdb.execute(f"SELECT {bare_sql('$word')}", {"word": word}).fetchall()[0][0]
    # İ becomes one letter in DuckDB and two in Python.
    assert found.replace("\u0307", "") == bare(word).replace("\u0307", "")
