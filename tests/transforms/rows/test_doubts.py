"""What speaks against a text: thresholds on both sides, loops, letters a second."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest

from schemas.doubts import LETTERS_A_SECOND_OVER, SPEECH_UNDER
from schemas.transcript import Transcript, Word
from transforms.rows.doubts import doubts, in_loops, letters, with_loops

SURE = 1.0


def said(text: str, **known: float) -> Transcript:
    words = tuple(Word(word, 0, 100, 0.9) for word in text.split())
    return with_loops(Transcript(text, words, 0.9, "en", **known))  # type: ignore[arg-type]


def test_nothing_speaks_against_plain_words() -> None:
    sure = said("ask not what your country can do", no_speech_probability=0.01, mean_log_probability=-0.2)
    assert doubts(sure, 2.0, 0.95) == []


def test_nothing_speaks_against_nothing() -> None:
    empty = Transcript("", (), 0.01, "en", no_speech_probability=0.99, mean_log_probability=None)
    assert doubts(with_loops(empty), 0.2, 0.1) == []


def test_what_is_not_known_is_not_held_against_a_text() -> None:
    assert doubts(said("thank you"), 2.0, None) == []


@pytest.mark.parametrize(
    ("detected", "none_heard", "doubtful"),
    [
        (SPEECH_UNDER - 0.01, None, True),  # the detector's word alone, where the recogniser has none
        (SPEECH_UNDER + 0.01, None, False),
        (0.9, 1 - SPEECH_UNDER, True),
        (1.0, 1 - SPEECH_UNDER - 0.01, False),
        (0.99, 0.01, False),
        (None, 0.7, True),
    ],
)
def test_both_have_to_hear_speech(detected: float | None, none_heard: float | None, doubtful: bool) -> None:
    known = {} if none_heard is None else {"no_speech_probability": none_heard}
    assert (doubts(said("thank you", **known), 2.0, detected) == ["no_speech"]) is doubtful


@pytest.mark.parametrize(("log", "doubtful"), [(-1.01, True), (-0.99, False)])
def test_a_text_of_low_probability(log: float, doubtful: bool) -> None:
    assert (doubts(said("thank you", mean_log_probability=log), 2.0, SURE) == ["low_probability"]) is doubtful


def test_several_reasons_in_their_order() -> None:
    worst = said(" ".join(["thank you"] * 40), no_speech_probability=0.9, mean_log_probability=-2.0)
    assert doubts(worst, 0.5, SURE) == ["repetition", "no_speech", "low_probability", "faster_than_speech"]


# Repetition


def test_a_text_that_compresses_too_well() -> None:
    sentence = "the quick brown fox jumps over the lazy dog and then it runs away from the angry old farmer. "
    again = said(sentence * 3)
    assert again.compression_ratio == pytest.approx(len(again.text) / len(zlib.compress(again.text.encode())))
    assert again.compression_ratio > 2.4
    assert doubts(again, 60.0, SURE) == ["repetition"]
    assert doubts(said(sentence), 20.0, SURE) == []


@pytest.mark.parametrize(
    ("text", "looped"),
    [
        ("no no no no", ""),  # people say that
        ("no no no no no no no no", "11111111"),
        ("thank you, Thank you. thank you thank you", "11111111"),
        ("one two one two one two", ""),
        ("one two three one two three one two three one two three", "1" * 12),
        ("well he said so I'm so so so so so so so so tired", "00000111111110"),
        ("a b a b a b a b a c", "1111111110"),  # the last round breaks off
        ("", ""),
    ],
)
def test_words_in_loops(text: str, looped: str) -> None:
    words = text.split()
    assert in_loops(words).tolist() == ([mark == "1" for mark in looped] or [False] * len(words))


def test_a_short_loop_compresses_little_and_is_found() -> None:
    short = said("thank you thank you thank you thank you")
    assert short.compression_ratio < 2.4
    assert doubts(short, 5.0, SURE) == ["repetition"]


@pytest.mark.parametrize(("looped", "doubtful"), [(0.5, False), (0.6, True)])
def test_most_words_of_a_row_have_to_stand_in_a_loop(looped: float, doubtful: bool) -> None:
    """Of a row of a longer talk, the loop may go on in the rows beside it."""
    row = replace(said("thank you"), looped=looped)
    assert (doubts(with_loops(row), 2.0, SURE) == ["repetition"]) is doubtful


# Faster than speech


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("It's 5 o'clock!", 10),
        ("Ñandú", 5),
        ("今天天气", 12),
        ("カタカナ", 12),
        ("안녕", 6),
        ("ｆｕｌｌ", 4),
        ("...", 0),
    ],
)
def test_letters(text: str, n: int) -> None:
    assert letters(text) == n


def test_what_nobody_can_say() -> None:
    text = "thank you so much for watching this video"
    n = letters(text)
    assert doubts(said(text), n / LETTERS_A_SECOND_OVER * 0.99, SURE) == ["faster_than_speech"]
    assert doubts(said(text), n / LETTERS_A_SECOND_OVER * 1.01, SURE) == []
    assert doubts(said("ご視聴ありがとうございました"), 0.5, SURE) == ["faster_than_speech"]
