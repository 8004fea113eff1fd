"""Mentions in scripts without blanks, whatever a recogniser took for words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.mentions import find_mentions, mention_rates
from pipelines.mentions.unspaced import unspaced_words
from pipelines.mentions.vocabulary import near_vocabulary
from tests.pipelines.tables import CALL, STREET, recording, transcript, write_corpus


def said(tmp_path: Path, words: Sequence[str], text: str | None = None, ms: int = 600) -> Corpus:
    """A corpus of one segment whose words last ``ms`` each."""
    timed = [(word, i * ms, (i + 1) * ms, 0.5) for i, word in enumerate(words)]
    row = transcript(CALL, 0, timed) | ({} if text is None else {"text": text})
    write_corpus(tmp_path, {"recordings": [recording(CALL, "/a.wav", "north")], "transcripts": [row]})
    return open_corpus(tmp_path)


def found(corpus: Corpus, *phrases: str, **how: int | bool) -> list[tuple[str, int, int, int]]:
    rows = find_mentions(corpus, phrases, **how)  # type: ignore[arg-type]
    return list(rows[["text", "start_ms", "end_ms", "distance"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("words", "phrase", "text", "times"),
    [
        (["我", "喝", "可", "口", "可", "乐", "。"], "可口可乐", "可口可乐", (1200, 3600)),
        (["我喝可口", "可乐呢"], "可口可乐", "可口可乐", (300, 1000)),  # over the border of words, half of each
        (["我喝可口可乐呢啊啊啊啊啊"], "可口可乐", "可口可乐", (100, 300)),
        (["コカ", "・", "コーラ", "だ"], "コカコーラ", "コカ・コーラ", (0, 1800)),
        (["ｺｶｺｰﾗ"], "コカ・コーラ", "ｺｶｺｰﾗ", (0, 600)),
        (["ｶﾞﾑ"], "ガム", "ｶﾞﾑ", (0, 600)),
        (["ดื่ม", "น", "้", "ำ", "นะ"], "น้ำ", "น้ำ", (600, 2400)),
        (["ดื่มนํ้า"], "น้ำ", "นํ้า", (300, 600)),  # sara am in two parts
        (["ຂ້ອຍດື່ມນ້ຳ"], "ນ້ຳ", "ນ້ຳ", (436, 600)),
        (["ကျွန်ုပ်", "သောက်သည်"], "ကျွန်ုပ်", "ကျွန်ုပ်", (0, 600)),
        (["ខ្ញុំផឹកកូកា", "ទៀត"], "កូកា", "កូកា", (400, 600)),
        (["喝", "C", "oca", "-", "Col", "a", "呢"], "coca cola", "Coca-Cola", (600, 3600)),
        (["喝", "７", "－", "１", "１"], "7-11", "７－１１", (600, 3000)),
        (["好", "👍🏽", "啊"], "👍🏽", "👍🏽", (600, 1200)),
    ],
)
def test_what_was_said_is_found(
    tmp_path: Path, words: list[str], phrase: str, text: str, times: tuple[int, int]
) -> None:
    assert found(said(tmp_path, words, "".join(words)), phrase) == [(text, *times, 0)]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("ดื่มน้ำ", "น"),  # a consonant without its vowel is no letter
        ("ខ្ញុំ", "ញុំ"),
        ("ကျွန်", "က"),
        ("我喝可口", "可口可乐"),
    ],
)
def test_no_letter_is_torn(tmp_path: Path, text: str, phrase: str) -> None:
    assert found(said(tmp_path, [text], text), phrase) == []


def test_misspelt(tmp_path: Path) -> None:
    corpus = said(tmp_path, list("我喝可口可樂和科口可乐呢"), "我喝可口可樂和科口可乐呢")
    assert found(corpus, "可口可乐", fuzzy=True) == [("可口可樂", 1200, 3600, 1), ("科口可乐", 4200, 6600, 1)]
    assert found(corpus, "可口可乐") == []
    assert found(corpus, "可乐", fuzzy=True) == [("可乐", 5400, 6600, 0)]  # of two letters none may differ


def test_blanks_in_the_text_part_no_word(tmp_path: Path) -> None:
    assert found(said(tmp_path, ["可", "口", "可", "乐"]), "可口 可乐") == [("可口可乐", 0, 2400, 0)]


def test_context_has_words_and_no_blanks(tmp_path: Path) -> None:
    text = "今天我们喜欢喝可口可乐，因为它很好喝"
    rows = find_mentions(said(tmp_path, list(text), text), ["可口可乐"], around=2)
    assert rows[["before", "after"]].to_numpy().tolist() == [["喜欢喝", "，因为它"]]


def test_over_a_pause_and_beside_other_scripts(tmp_path: Path) -> None:
    rows = [
        transcript(CALL, 0, [("喝可口", 0, 600, 0.5)]),
        transcript(CALL, 0, [("可乐", 1000, 1600, 0.5)]),
        transcript(STREET, 0, [("acme", 0, 500, 0.9), ("cola", 500, 900, 0.9)]),
    ]
    recordings = [recording(CALL, "/a.wav", "north"), recording(STREET, "/b.wav", None)]
    write_corpus(tmp_path, {"recordings": recordings, "transcripts": rows})
    corpus = open_corpus(tmp_path)
    assert found(corpus, "可口可乐", "cola", "acme cola") == [
        ("可口可乐", 200, 1600, 0),
        ("cola", 500, 900, 0),
        ("acme cola", 0, 900, 0),
    ]


@pytest.mark.parametrize(
    ("spoken", "phrase"),
    [
        ("STRASSE", "Straße"), ("Straße", "strasse"), ("İstanbul", "istanbul"), ("Isparta", "ısparta"),
        ("cafe\u0301", "café"), ("مُحَمَّد", "محمد"), ("שָׁלוֹם", "שלום"), ("ﬁnance", "finance"), ("ＡＣＭＥ", "acme"),
        ("क्षत्रिय", "क्षत्रिय"), ("Acme™", "acme"), ("می\u200cخواهم", "میخواهم"),
    ],
)  # fmt: skip
def test_case_width_and_marks(tmp_path: Path, spoken: str, phrase: str) -> None:
    assert found(said(tmp_path, ["so", spoken, "yes"]), phrase) == [(spoken, 600, 1200, 0)]


def test_rates_are_of_words_of_a_dictionary(tmp_path: Path) -> None:
    """Whether the recogniser gave letters or one long run."""
    text = "今天我们喜欢喝可口可乐"
    rows = [transcript(CALL, 0, [(c, i, i + 1, 0.5) for i, c in enumerate(text)]) | {"text": text}]
    rows.append(transcript(STREET, 0, [(text, 0, 900, 0.9)]))
    recordings = [recording(CALL, "/a.wav", "Cafe\u0301"), recording(STREET, "/b.wav", "Café")]
    write_corpus(tmp_path, {"recordings": recordings, "transcripts": rows})
    corpus = open_corpus(tmp_path)
    assert sorted(unspaced_words(corpus)["word"].to_pylist()) == sorted(2 * "今天 我们 喜欢 喝 可口 可乐".split())
    rates = mention_rates(corpus, find_mentions(corpus, ["可口可乐"]), ["可口可乐"], ["region"])
    assert rates[["group", "mentions", "words"]].to_numpy().tolist() == [["Café", 2, 12]]  # NFC and NFD are one
    assert near_vocabulary(corpus, "可口") == [("可口", 2)]
