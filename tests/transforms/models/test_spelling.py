"""Words of tokens: subwords, bytes, marks, what the tokenizer tidies up, and which token is the blank."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models
from transformers import AutoTokenizer, ParakeetTokenizer

from schemas.transcript import Word
from transforms.models.checkpoint import ModelError, parse_checkpoint
from transforms.models.locate import locate
from transforms.models.spelling import Frames, Subwords, Token, bounded, mean_log, runs, settle_blank

PIECES = ["<unk>", "▁the", "▁ca", "t", ",", "▁sat", "▁", ".", "<0xC3>", "<0xA9>", "▁na", "<pad>", "<blank>"]
ID = {piece: number for number, piece in enumerate(PIECES)}
STEP_MS = 80.0


def tokenizer_of():
    made = Tokenizer(models.BPE(vocab=ID, merges=[], unk_token="<unk>", byte_fallback=True))
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return ParakeetTokenizer(
        tokenizer_object=made, unk_token="<unk>", pad_token="<pad>",
        additional_special_tokens=["<blank>"],
    )  # fmt: skip


def said(*pieces):
    """Each piece for one frame, one after the other, from frame 10 on."""
    return [Token(ID[piece], 10 + i, 11 + i, 0.5) for i, piece in enumerate(pieces)]


def words_of(*pieces):
    text, words = Subwords(tokenizer_of(), STEP_MS).spelt(said(*pieces))
    return text, [(w.word, w.start_ms, w.end_ms) for w in words]


def test_a_word_lasts_from_its_first_token_to_its_last():
    assert words_of("▁the", "▁ca", "t", "▁sat") == (
        "the cat sat",
        [("the", 800, 880), ("cat", 880, 1040), ("sat", 1040, 1120)],
    )


def test_a_mark_belongs_to_its_word_and_takes_no_time():
    assert words_of("▁ca", "t", ",", "▁sat", ".") == ("cat, sat.", [("cat,", 800, 960), ("sat.", 1040, 1120)])


def test_a_blank_before_a_word_is_not_the_word():
    assert words_of("▁the", "▁", "t") == ("the t", [("the", 800, 880), ("t", 960, 1040)])


def test_a_letter_of_two_bytes_begins_with_its_first():
    assert words_of("▁the", "▁", "<0xC3>", "<0xA9>") == ("the é", [("the", 800, 880), ("é", 960, 1120)])
    assert words_of("▁na", "<0xC3>", "<0xA9>", "▁sat")[1] == [("naé", 800, 1040), ("sat", 1040, 1120)]


def test_what_the_tokenizer_tidies_up_is_found_all_the_same(monkeypatch):
    """Blanks before marks go once the text is whole, so that token by token gives another one."""
    plain = ParakeetTokenizer.decode
    monkeypatch.setattr(ParakeetTokenizer, "decode", lambda *a, **k: plain(*a, **k).replace(" .", "."))
    text, words = words_of("▁ca", "t", "▁", ".", "▁sat")
    assert text == "cat. sat"
    assert [w for w, *_ in words] == ["cat.", "sat"]
    assert [start for _, start, _ in words] == [800, 1120]


def test_special_tokens_are_neither_text_nor_time():
    assert words_of("<blank>", "<unk>", "▁the", "<unk>") == ("the", [("the", 960, 1040)])


def test_nothing_said_is_no_word():
    assert words_of() == ("", [])
    assert bounded([], 3.0) == []


def test_confidence_weighs_tokens_by_their_frames():
    tokens = [Token(ID["▁ca"], 0, 3, 0.9, 3), Token(ID["t"], 3, 4, 0.5, 1)]
    (word,) = Subwords(tokenizer_of(), STEP_MS).spelt(tokens)[1]
    assert word.confidence == pytest.approx(0.8)


def test_runs_of_frames():
    pad = ID["<pad>"]
    frames = Frames(np.array([pad, 1, 1, pad, 1, 3, pad]), np.linspace(0.1, 0.7, 7), 0.56)
    assert [(t.number, t.first, t.end, round(t.probability, 3), t.heard) for t in runs(frames, pad)] == [
        (1, 1, 3, 0.25, 2),
        (1, 4, 5, 0.5, 1),
        (3, 5, 6, 0.6, 1),
    ]
    transcript = Subwords(tokenizer_of(), STEP_MS).transcript(frames, "en")
    assert transcript.text == "the thet"
    assert [(w.word, w.start_ms, w.end_ms, w.end_is) for w in transcript.words] == [
        ("the", 80, 320, "bound"),
        ("thet", 320, 560, "bound"),
    ]
    assert transcript.confidence == pytest.approx(np.mean([0.2, 0.3, 0.5, 0.6]))


def test_the_last_word_ends_where_the_clip_does_and_not_before_it_begins():
    words = [Word("a", 100, 200, 1.0), Word("b", 700, 800, 1.0)]
    assert [w.end_ms for w in bounded(words, 0.9)] == [700, 900]
    assert [w.end_ms for w in bounded(words, 0.5)] == [700, 700]


# The blank


@pytest.fixture
def located(checkpoint):
    return locate("transcripts", parse_checkpoint(str(checkpoint("parakeet_ctc"))), weights=False)


def test_a_tokenizer_that_knows_the_blank_is_believed(located):
    """Many published configs hold the class's own pad_token_id, which is none of theirs."""
    tokenizer = tokenizer_of()
    settle_blank(located, tokenizer, len(PIECES), 0)
    assert tokenizer.pad_token_id == ID["<pad>"]


def test_without_a_pad_token_the_config_says_which_it_is(located, checkpoint):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("parakeet_ctc"))
    blank = tokenizer.pad_token_id
    tokenizer.pad_token = None
    settle_blank(located, tokenizer, len(tokenizer), blank)
    assert tokenizer.pad_token_id == blank


def test_where_nothing_says_which_token_is_the_blank_it_is_refused(located):
    tokenizer = tokenizer_of()
    tokenizer.pad_token = None
    for configured in (None, 99, -1):
        with pytest.raises(ModelError, match="nothing says which of its 13 tokens is the blank"):
            settle_blank(located, tokenizer, len(PIECES), configured)


def test_how_sure_it_is_is_the_mean_of_the_logarithms_of_what_says_something():
    tokens = np.array([ID["<pad>"], ID["▁the"], ID["▁the"], ID["<pad>"], ID["▁sat"]])
    frames = Frames(tokens, np.float32([0.9, 0.5, 0.25, 0.1, 1.0]), 0.4)
    found = Subwords(tokenizer_of(), STEP_MS).transcript(frames, "en")
    assert found.text == "the sat"
    assert found.mean_log_probability == pytest.approx(np.log([0.5, 0.25, 1.0]).mean())
    assert found.no_speech_probability is None


def test_an_empty_text_is_sure_of_nothing():
    frames = Frames(np.full(3, ID["<pad>"]), np.float32([0.9, 0.8, 0.7]), 0.24)
    assert Subwords(tokenizer_of(), STEP_MS).transcript(frames, None).mean_log_probability is None


def test_a_posterior_of_nothing_has_a_logarithm():
    assert -100 < mean_log(np.float32([0.0])) < -80
    assert np.isnan(mean_log(np.float32([np.nan, 0.5])))
