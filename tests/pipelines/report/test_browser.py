"""The pages in headless Chromium: what a click does, what is shown as text, whether it fits."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.report.report import write_report
from tests.pipelines.corpora import DEMO
from tests.pipelines.report.made import write_corpus

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Shown = Callable[..., Page]

NASTY = "<script>alert(1)</script> </script> \"q\" 'p' & {{7*7}} <b>bold</b> <img src=x onerror=alert(2)>"


@pytest.fixture
def heard(tmp_path: Path) -> Path:
    """A corpus whose one recording is there to be played: 5 s."""
    audio = tmp_path / "phone in & out.wav"
    shutil.copy(DEMO / "signals" / "noise.wav", audio)
    write_corpus(
        tmp_path / "corpus",
        {str(audio): "we drink acme cola", str(tmp_path / "gone.wav"): "acme is gone"},
        {"region": {str(audio): "north", str(tmp_path / "gone.wav"): "south"}},
    )
    return audio


def test_a_search_finds_and_a_click_plays(heard: Path, tmp_path: Path, shown: Shown) -> None:
    report = write_report(tmp_path / "corpus", phrases=["acme"], recordings=["top:2"])[0]
    page = shown(report)
    page.get_by_placeholder("a word or a phrase").fill("acme col")
    assert page.locator("#found").inner_text() == "1 stretch of speech"
    assert page.locator("mark").inner_text() == "acme col"
    page.locator("#results button").click()
    page.wait_for_function("document.getElementById('audio').currentTime >= 1")
    assert page.locator("#playing").inner_text() == "phone in & out.wav 0:01"
    assert not page.locator("#silent").is_visible()
    page.get_by_placeholder("a word or a phrase").fill("cme")  # from the beginning of words
    assert page.locator("#found").inner_text() == "0 stretches of speech"
    page.get_by_placeholder("a word or a phrase").fill("drink")
    page.locator("#results a").click()
    page.wait_for_function("document.getElementById('cursor').style.left.startsWith('1.6')")


def test_a_click_on_a_word_moves_the_cursor(heard: Path, tmp_path: Path, shown: Shown) -> None:
    page = shown(write_report(tmp_path / "corpus", recordings=[str(heard)])[1])
    page.locator(".word", has_text="acme").click()
    assert page.locator(".word.now").inner_text() == "acme"
    page.wait_for_function("document.getElementById('audio').currentTime >= 2")
    lanes = page.locator("#lanes").bounding_box()
    assert lanes
    page.mouse.click(lanes["x"] + lanes["width"] / 40, lanes["y"] + 5)
    page.wait_for_function("Math.abs(parseFloat(document.getElementById('cursor').style.left) - 2.5) < 0.5")


def test_audio_that_cannot_be_reached(heard: Path, tmp_path: Path, shown: Shown) -> None:
    report, other = write_report(tmp_path / "corpus", recordings=["gone.wav"])
    page = shown(report, missing=True)
    page.get_by_placeholder("a word or a phrase").fill("gone")
    page.locator("#results button").click()
    page.locator("#silent").wait_for(state="visible")
    assert page.locator("#silent").inner_text() == "The audio cannot be reached from here."
    page = shown(other, missing=True)
    page.locator("#silent").wait_for(state="visible")
    page.locator(".word", has_text="gone").click()  # the place is shown all the same
    assert page.locator(".word.now").inner_text() == "gone"


def test_pages_without_audio(heard: Path, tmp_path: Path, shown: Shown) -> None:
    report, other = write_report(tmp_path / "corpus", recordings=["gone.wav"], linked=False)
    page = shown(report)
    page.get_by_placeholder("a word or a phrase").fill("gone")
    assert page.locator("#results button").count() == 0
    page = shown(other)
    page.locator(".word", has_text="gone").click()
    assert page.locator(".word.now").inner_text() == "gone"
    assert page.locator("audio").count() == 0


def test_what_recordings_say_is_text(tmp_path: Path, shown: Shown) -> None:
    uri = "/there/<img src=x onerror=alert(3)>\"'&{{7*7}}\n<script>alert(4)<\\script>.wav"
    column = "<i onclick=alert(5)>{{8*8}}\"'&"
    other = "/there/b.wav"
    write_corpus(
        tmp_path / "<b>c",
        {uri: f"{NASTY} acme " * 6, other: "plain words acme " * 20},
        {column: {uri: NASTY, other: "b"}, "date": {uri: "2024-01-01", other: "2024-02-02"}},
        label="</script><b>label",
    )
    report, mine = write_report(tmp_path / "<b>c", phrases=["acme", NASTY], recordings=[uri])
    page = shown(report, missing=True)
    assert page.locator("h1").inner_text() == "<b>c"
    assert page.locator("body img, body b, body i").count() == 0
    assert "{{7*7}}" in page.locator("#recordings").inner_text()
    assert NASTY in page.locator("#recordings").inner_text()
    assert any(NASTY in text for text in page.locator("#emotions svg text").all_text_contents())
    page.get_by_placeholder("a word or a phrase").fill("<script>alert")
    assert NASTY in page.locator("#results").inner_text()
    assert page.locator("#results mark").inner_text() == "<script>alert"
    page = shown(mine, missing=True)
    assert "<script>alert(1)</script>" in page.locator("#transcript").inner_text()
    assert NASTY in page.locator("header").inner_text()
    assert page.locator("h1").inner_text().startswith("<img src=x") or "alert(4)" in page.locator("h1").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_it_fits_and_can_be_read(tmp_path: Path, shown: Shown, scheme: str, width: int) -> None:
    long = f"/there/{'a_rather_long_name_of_a_file' * 4}.wav"
    other = "/there/b.wav"
    columns = {f"column {i}": {long: "one value of it", other: "another"} for i in range(8)}
    write_corpus(tmp_path, {long: "acme " * 20, other: "cola " * 20}, columns)
    for path in write_report(tmp_path, phrases=["acme"], by=["column 1", "column 2"], recordings=["top:1"]):
        page = shown(path, missing=True, width=width, scheme=scheme)
        wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window
        ink, paper = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (_luminance(ink) < _luminance(paper)) == (scheme == "light")
        if path.name == "report.html":  # the charts follow the page
            colours = page.evaluate("[...document.querySelectorAll('svg .xtick text')].map(t => t.style.fill)")
            assert set(colours) == {ink}


def _luminance(colour: str) -> float:
    return sum(float(part) for part in colour[4:-1].split(","))
