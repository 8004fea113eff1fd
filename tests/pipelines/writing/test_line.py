"""Words of any kind become the line that a reader would write, and keep their times."""

from __future__ import annotations

import pytest

from pipelines.writing.line import Line


@pytest.mark.parametrize(
    ("words", "text", "line"),
    [
        ("I drink cola", "I drink cola", "I drink cola"),
        ("可 口 可 乐 ， 好", "可口可乐，好", "可口可乐，好"),
        ("可 口 可 乐", "可 口 可 乐", "可口可乐"),
        ("可 口 可 乐", "", "可口可乐"),
        ("喝 C oca - Col a 呢", "喝Coca-Cola呢", "喝Coca-Cola呢"),
        ("喝 C oca - Col a 呢", "喝 Coca-Cola 呢", "喝 Coca-Cola 呢"),
        ("น ้ ำ ดี", "น้ำดี", "น้ำดี"),
        ("ส วั ส ดี", "ส วั ส ดี", "สวัสดี"),
        ("ดื่มน้ำ ทุกวัน", "ดื่มน้ำ ทุกวัน", "ดื่มน้ำ ทุกวัน"),  # a blank that parts sentences
        ("ទៅផ្សារ ទិញទឹក", "ទៅផ្សារ ទិញទឹក", "ទៅផ្សារ ទិញទឹក"),
        ("한국 사람", "한국 사람", "한국 사람"),
        ("a b", "something else", "a b"),
    ],
)
def test_lines(words: str, text: str, line: str) -> None:
    assert Line.of(words.split(), text).text == line


def test_a_blank_within_a_word() -> None:
    assert Line.of(["可口 可乐", "a b"], "可口 可乐 a b").text == "可口可乐 a b"


def test_times_are_those_of_the_words_and_of_parts_of_them() -> None:
    line = Line.of(["我喝可口", "可乐呢"], "我喝可口可乐呢")
    times = [(1000, 2000), (2000, 2600)]
    at = line.text.index("可口可乐")
    assert line.span(at, at + 4, times) == (1500, 2400)
    assert line.span(0, 4, times) == (1000, 2000)
    assert line.span(4, 7, times) == (2000, 2600)
