"""What phrases are worth in a text: counted by hand, and by a search for each as a word of its own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.models.hotwords import Hotwords


def worth(hotwords: Hotwords, text: str) -> float:
    state, paid = hotwords.step(0, text)
    return paid + hotwords.end(state)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acme", 4),
        ("acme rocks", 4),
        ("the acme", 4),
        ("acme's", 4),
        ("acme, acme", 8),
        ("acme cola", 9),  # the longer phrase, once
        ("acme cola acme", 13),
        ("acme colander", 4),  # the first word of it stays
        ("acmes", 0),
        ("xacme", 0),
        ("acm", 0),
        ("acme cola bar", 12),  # "cola bar" begins inside of "acme cola": each is there
        ("", 0),
    ],
)
def test_a_phrase_counts_as_a_word_of_its_own(text: str, expected: float) -> None:
    hotwords = Hotwords({"acme": 4, "acme cola": 9, "cola bar": 3})
    assert worth(hotwords, text) == pytest.approx(expected)


def test_letters_of_scripts_without_blanks_are_words() -> None:
    hotwords = Hotwords({"可乐": 2})
    assert worth(hotwords, "我喝可乐了") == pytest.approx(2)
    assert worth(hotwords, "可可乐") == pytest.approx(2)
    assert worth(hotwords, "可") == 0


def test_a_character_is_paid_its_share_at_once() -> None:
    hotwords = Hotwords({"abcd": 8})
    state, paid = hotwords.step(0, "ab")
    assert paid == pytest.approx(4)
    assert hotwords.step(state, "x")[1] == pytest.approx(-4)
    assert hotwords.end(state) == pytest.approx(-4)


@given(st.text("ab '", max_size=30), st.sets(st.sampled_from(["a", "ab", "bab", "aab", "bb"]), min_size=1))
def test_single_words_are_worth_as_often_as_they_are_found(text: str, words: set[str]) -> None:
    hotwords = Hotwords({word: len(word) * 1.5 for word in words})
    found = [word for word in re.findall(r"\w+", text) if word in words]
    assert worth(hotwords, text) == pytest.approx(sum(len(word) * 1.5 for word in found), abs=1e-9)
    assert len(hotwords) <= 2 + sum(map(len, words))


@given(st.lists(st.text("ab ", max_size=5), max_size=6))
def test_a_text_is_worth_the_same_in_whatever_parts_it_comes(parts: list[str]) -> None:
    hotwords = Hotwords({"a": 1, "ab a": 5, "a b": 2, "b ab": 4})
    state, paid = 0, 0.0
    for part in parts:
        state, more = hotwords.step(state, part)
        paid += more
    assert paid + hotwords.end(state) == pytest.approx(worth(hotwords, "".join(parts)))
