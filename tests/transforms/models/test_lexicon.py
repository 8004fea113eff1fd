"""Words of a vocabulary in the letters and subwords of tokenizers."""

from __future__ import annotations

import pytest

from transforms.models.checkpoint import parse_checkpoint
from transforms.models.lexicon import REWARD, lexicon_of, spelt
from transforms.models.locate import locate
from transforms.models.weights import load_tokenizer

ENGLISH = set(" 'ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Acme Cola", "ACME COLA"),
        ("L'Oréal", "L'OREAL"),
        ("Coca-Cola", "COCA COLA"),
        ("Dr. Oetker", "DR OETKER"),
        ("  Yahoo! ", "YAHOO"),
        ("Ælf", None),
        ("7UP", None),
        ("AT&T", None),
        ("Пепси", None),
        ("...", None),
    ],
)
def test_a_word_is_spelt_in_the_letters_that_there_are(word: str, expected: str | None) -> None:
    assert spelt(word, ENGLISH) == expected


def test_letters_as_written_go_before_others() -> None:
    assert spelt("Éclair", {*"Éclair", "E"}) == "Éclair"
    assert spelt("Straße", set("straße")) == "straße"


def test_letters_of_a_checkpoint(checkpoint) -> None:
    located = locate("transcripts", parse_checkpoint(str(checkpoint("wav2vec2_ctc"))), weights=True)
    tokenizer = load_tokenizer(located, 32)
    lexicon = lexicon_of(tokenizer, 32, ["Acme Cola", "7UP", "ACME COLA"])
    assert lexicon.worth == {"ACME COLA": 9 * REWARD}
    assert lexicon.unspelt == ("7UP",)
    said = "".join(lexicon.pieces[n] for n in tokenizer("ACME COLA").input_ids)
    assert said == "ACME COLA"
    assert [lexicon.pieces[n] for n in range(5)] == ["", "", "", "", " "]
