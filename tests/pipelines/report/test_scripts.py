"""The page's search in headless Chromium, in scripts without blanks, of right to left, and with accents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.report.report import write_report
from tests.pipelines.report.made import write_corpus

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAID = {
    "/a.wav": "我 喝 可 口 可 乐 呢",
    "/b.wav": "コカ・コーラを飲む",
    "/c.wav": "ฉันดื่มน้ำ",
    "/d.wav": "the Cafe\u0301 in Straße",
    "/e.wav": "شربت كوكا كولا",
}


@pytest.fixture
def page(tmp_path: Path, shown: Callable[..., Page]) -> Page:
    write_corpus(tmp_path / "corpus", SAID, {})
    return shown(write_report(tmp_path / "corpus", recordings=["top:1"])[0])


def test_the_search_finds_what_mentions_finds(page: Page) -> None:
    for asked, marked in {
        "可口可乐": "可口可乐", "乐": "乐", "コカコーラ": "コカ・コーラ", "ｺｰﾗ": "コーラ", "น้ำ": "น้ำ",
        "café": "Cafe\u0301",
        "strasse": "Straße", "كولا": "كولا",
    }.items():  # fmt: skip
        page.get_by_placeholder("a word or a phrase").fill(asked)
        assert page.locator("#found").inner_text() == "1 stretch of speech", asked
        assert page.locator("mark").inner_text() == marked
    page.get_by_placeholder("a word or a phrase").fill("ด")  # a letter without its vowel
    assert page.locator("#found").inner_text() == "0 stretches of speech"


def test_arabic_runs_from_the_right(page: Page) -> None:
    page.get_by_placeholder("a word or a phrase").fill("كولا")
    words = page.locator("#results bdi")
    assert words.evaluate("box => getComputedStyle(box).unicodeBidi") == "isolate"
    mark, whole = (page.locator(place).bounding_box() for place in ("mark", "#results bdi"))
    assert mark is not None
    assert whole is not None
    assert mark["x"] < whole["x"] + whole["width"] / 3  # the last word stands on the left
