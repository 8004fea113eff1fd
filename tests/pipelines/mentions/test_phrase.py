"""What is the same phrase, and that no mention is passed over by the pattern that texts are chosen with."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.mentions.phrase import Phrase, fold, folded_words, letters, pattern, phrase_of, without_possessive
from schemas.errors import UsageError


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ACME", "acme"),
        (" Acme,  Cola! ", "acme cola"),
        ("acme-cola", "acme cola"),
        ("Café", "cafe"),
        ("O'Neill’s", "oneills"),
        ("U.S.A.", "usa"),
        ("acme.com", "acme com"),
        ("naïve façade Ёлка", "naive facade елка"),
        ("ΟΔΟΣ", "οδοσ"),
        ("हिन्दी", "हिन्दी"),  # the vowels of Hindi are marks
        ("한국", "한국"),
        ("-", ""),
        ("7-Eleven", "7 eleven"),
    ],
)
def test_letters_are_what_is_compared(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(("word", "bare"), [("Acme's", "Acme"), ("ACME’S.", "ACME."), ("acmes", "acmes"), ("'s", "'s")])
def test_possessives(word: str, bare: str) -> None:
    assert without_possessive(word) == bare


@pytest.mark.parametrize(("asked", "edits"), [("kia", 0), ("acme", 1), ("acme cola", 2), ("international", 3)])
def test_edits_grow_with_the_letters(asked: str, edits: int) -> None:
    assert phrase_of(asked, fuzzy=True).edits == edits
    assert phrase_of(asked).edits == 0
    assert phrase_of(asked, fuzzy=True, distance=1).edits == 1


def test_phrases_that_cannot_be() -> None:
    with pytest.raises(UsageError, match=r"the phrase '\.\.\.' holds no letter or digit"):
        phrase_of("...")
    for distance in (-1, 3):
        with pytest.raises(UsageError, match=rf"--distance {distance}: 'acme' has 4 letters: expected 0 to 2"):
            phrase_of("acme", fuzzy=True, distance=distance)


def holding(texts: list[str], phrase: Phrase) -> list[bool]:
    rows = duckdb.execute(
        "SELECT regexp_matches(nfc_normalize(unnest(?)), ?)", [letters(pa.array(texts)).to_pylist(), pattern(phrase)]
    ).fetchall()
    return [row[0] for row in rows]


LETTERS = "abcäßéжШ学한िガำ'-.  "


@pytest.mark.slow
@settings(max_examples=150)
@given(st.data())
def test_the_pattern_passes_over_nothing(data: st.DataObject) -> None:
    """Texts made from a phrase by as many edits as are allowed, with punctuation and accents strewn in, match."""
    word = st.text(LETTERS, min_size=1, max_size=6).map(fold).filter(bool)
    words = tuple(folded_words(" ".join(data.draw(st.lists(word, min_size=1, max_size=3)))))
    phrase = Phrase("", words, data.draw(st.integers(0, sum(map(len, words)) // 2)))
    said = list(phrase.text)
    for _ in range(phrase.edits):
        at = data.draw(st.integers(0, len(said)))
        letter = data.draw(st.sampled_from(LETTERS.translate({ord(c): None for c in "'-.ß"}) + " "))
        kind = data.draw(st.sampled_from(("in", "out", "change")))
        said[at : at + (kind != "in")] = [] if kind == "out" else [letter]
    if not fold("".join(said)):
        return
    strewn = "".join(
        letter if letter != " " else data.draw(st.sampled_from((" ", "-", ", ", " … ", " - "))) for letter in said
    )
    loud = strewn.upper()
    if fold(loud) == fold(strewn):  # but ß
        strewn = loud
    text = data.draw(st.sampled_from(("", "x ", "ö. "))) + strewn + data.draw(st.sampled_from(("", ".", "'s y")))
    found = holding([text], phrase)
    assert found == [True], (text, phrase, pattern(phrase))


def test_a_phrase_may_go_on_after_the_text() -> None:
    found = holding(["the Acme.", "acme x", "cola"], phrase_of("acme cola"))
    assert found == [True, False, False]


@pytest.mark.parametrize("asked", ["international business machines " * 3, "международная корпорация " * 3])
def test_long_phrases_are_no_trouble_for_the_pattern(asked: str) -> None:
    found = holding([asked], phrase_of(asked, fuzzy=True))
    assert found == [True]
