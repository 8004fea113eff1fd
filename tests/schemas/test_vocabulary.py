"""A vocabulary as a setting: what is the same one, and what is refused."""

from __future__ import annotations

import pytest

from schemas.config import from_mapping, to_mapping
from schemas.errors import UsageError
from schemas.vocabulary import LONGEST, MOST_WORDS, Vocabulary, vocabulary_of


def test_words_shape_rows_and_the_file_does_not() -> None:
    one = Vocabulary("names.txt", ("Acme Cola", "Northwind"))
    assert one.content == Vocabulary("other.txt", one.words).content
    assert one.content != Vocabulary("names.txt", one.words[::-1]).content  # the first have the most room
    assert one.content != Vocabulary("names.txt", ("Acme Cola",)).content
    assert Vocabulary().content == "none"


def test_how_a_person_is_told() -> None:
    assert str(Vocabulary("names.txt", ("Acme Cola", "Northwind"))).startswith("2 words of names.txt (")
    assert str(Vocabulary(words=("Acme",))).startswith("1 word (")
    assert str(Vocabulary()) == "none"


def test_blanks_and_repetitions_are_none() -> None:
    assert Vocabulary(words=(" Acme \t Cola", "Acme Cola")).words == ("Acme Cola",)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Acme", "  "], "empty"),
        (["a" * (LONGEST + 1)], "more than 100 characters"),
        ([str(i) for i in range(MOST_WORDS + 1)], "10,001 words"),
    ],
)
def test_what_is_no_vocabulary_is_refused(words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        from_mapping({"vocabulary": {"words": words}})


def test_it_comes_back_from_what_a_run_keeps() -> None:
    one = Vocabulary("names.txt", ("Acme", "7UP"), "beam search", ("7UP",))
    assert vocabulary_of(to_mapping(from_mapping({}))["vocabulary"]) == Vocabulary()
    kept = {"file": "names.txt", "words": ["Acme", "7UP"], "way": "beam search", "unused": ["7UP"]}
    assert vocabulary_of(kept) == one
    assert vocabulary_of(None) == Vocabulary()
