"""Clusters, words and breaks of each script, with what naive code tears."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pipelines.writing.scripts import between, breaks, clusters, is_unit, is_unspaced, tokens, words


@pytest.mark.parametrize("text", ["可乐", "コーラ", "ｺｰﾗ", "ひ", "กำ", "ລາວ", "ကျွန်", "ខ្មែរ", "々", "𠮷"])
def test_scripts_without_blanks(text: str) -> None:
    assert is_unspaced(text)
    assert is_unit(text)


@pytest.mark.parametrize("text", ["acme", "한국어", "हिन्दी", "عربي", "שלום", "。、・", "12", "™", ""])
def test_scripts_with_blanks(text: str) -> None:
    assert not is_unspaced(text)
    assert not is_unit(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("น้ำดื่ม", ["น้ำ", "ดื่", "ม"]),  # sara am
        ("นํ้าดื่ม", ["นํ้า", "ดื่", "ม"]),  # the same in two parts, as some keyboards write it
        ("ນ້ຳ", ["ນ້ຳ"]),
        ("ကျွန်ုပ်", ["ကျွ", "န်ု", "ပ်"]),  # medials and asat
        ("ខ្ញុំស្រឡាញ់", ["ខ្ញុំ", "ស្រ", "ឡា", "ញ់"]),  # coeng
        ("क्षत्रिय", ["क्ष", "त्रि", "य"]),  # conjuncts
        ("ｶﾞｷﾞ", ["ｶﾞ", "ｷﾞ"]),
        ("👨‍👩‍👧👍🏽🇰🇭", ["👨‍👩‍👧", "👍🏽", "🇰🇭"]),
        ("e\u0301a", ["e\u0301", "a"]),
    ],
)
def test_clusters_are_whole(text: str, expected: list[str]) -> None:
    assert clusters(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我喜欢喝可口可乐，因为它很好喝", "我 喜欢 喝 可口 可乐 因为 它 很好 喝"),
        ("コーラを飲みたいです", "コーラ を 飲 みたい です"),
        ("ฉันชอบดื่มน้ำเปล่าทุกวัน", "ฉัน ชอบ ดื่ม น้ำ เปล่า ทุก วัน"),
        ("ຂ້ອຍມັກດື່ມນ້ຳ", "ຂ້ອຍ ມັກ ດື່ມ ນ້ຳ"),
        ("ကျွန်ုပ်သည် သောက်သည်", "ကျွန်ုပ် သည် သောက် သည်"),
        ("ខ្ញុំចូលចិត្តផឹក", "ខ្ញុំ ចូលចិត្ត ផឹក"),
        ("𠮷野家Coca-Cola呢", "𠮷 野家 Coca Cola 呢"),
    ],
)
def test_words_are_those_of_dictionaries(text: str, expected: str) -> None:
    assert [text[a:b] for a, b in words(text)] == expected.split()


def test_a_line_ends_between_words_and_not_before_a_comma() -> None:
    text = "因为，我喜欢。"
    found = breaks(text)
    assert [text[a:b] for a, b in pairwise(found)] == ["因为，", "我", "喜欢。"]
    assert breaks("") == [0]


def test_tokens() -> None:
    text = "我喝Coca-Cola, 👍🏽 น้ำ"
    assert [text[a:b] for a, b in tokens(text)] == ["我", "喝", "Coca-Cola,", "👍🏽", "น้ำ"]


@pytest.mark.parametrize(
    ("left", "right", "blank"),
    [
        ("acme", "cola", " "), ("可", "乐", ""), ("乐", "，", ""), ("，", "乐", ""), ("可", "acme", " "),
        ("ด", "ม", ""), ("ก", "\u0e34", ""), ("한국", "어", " "), ("", "a", ""), ("a", "", ""), ("ラ", "可", ""),
    ],
)  # fmt: skip
def test_blanks(left: str, right: str, blank: str) -> None:
    assert between(left, right) == blank
