"""Subtitles, tiers and sheets in scripts without blanks."""

from __future__ import annotations

from pathlib import Path

import pytest
from praatio import textgrid as praat
from rich.cells import cell_len
from webvtt import WebVTT

from pipelines.export.cues import LINE
from pipelines.export.export import export
from pipelines.writing.scripts import clusters
from tests.pipelines.tables import CALL, recording, transcript, write_corpus

LONG = {
    "chinese": "今天我们去超市买东西，因为家里没有可口可乐了，所以我和妹妹一起走了很远的路，最后终于买到了。",
    "japanese": "昨日の夜コカ・コーラを飲みながら、友達と一緒に新しい映画を見ました。とても面白かったです。",
    "thai": "วันนี้เราไปซื้อน้ำที่ตลาดเพราะที่บ้านไม่มีน้ำดื่มแล้วและน้องสาวของฉันอยากดื่มน้ำอัดลมมาก",
    "lao": "ມື້ນີ້ພວກເຮົາໄປຊື້ນ້ຳຢູ່ຕະຫຼາດເພາະວ່າຢູ່ເຮືອນບໍ່ມີນ້ຳດື່ມແລ້ວ",
    "burmese": "ယနေ့ကျွန်ုပ်တို့သည်ဈေးသို့သွား၍ရေဝယ်ကြသည်အဘယ်ကြောင့်ဆိုသော်အိမ်တွင်ရေမရှိတော့ပါ",
    "khmer": "ថ្ងៃនេះខ្ញុំនិងប្អូនស្រីទៅផ្សារដើម្បីទិញទឹកព្រោះនៅផ្ទះអស់ទឹកហើយស្រឡាញ់គ្រួសារ",
}


def written(tmp_path: Path, words: list[str], text: str, format: str) -> Path:
    timed = [(word, i * 12_000 // len(words), (i + 1) * 12_000 // len(words), 0.5) for i, word in enumerate(words)]
    row = transcript(CALL, 0, timed) | {"text": text}
    write_corpus(tmp_path, {"recordings": [recording(CALL, "/a.wav", "north")], "transcripts": [row], "emotions": []})
    return export(tmp_path, format, tmp_path / "to").files[0]


@pytest.mark.parametrize("letters", [True, False])
@pytest.mark.parametrize("language", LONG)
def test_subtitles_have_no_blanks_and_tear_no_letter(tmp_path: Path, language: str, letters: bool) -> None:
    """Whether the recogniser gave code points or one run."""
    text = LONG[language]
    found = WebVTT().read(written(tmp_path, list(text) if letters else [text], text, "vtt"))
    lines = [line for caption in found for line in caption.lines]
    assert "".join(lines) == text
    assert len(lines) > 1
    assert [letter for line in lines for letter in clusters(line)] == clusters(text)
    assert max(map(cell_len, lines)) <= LINE


def test_hindi_has_blanks_and_whole_conjuncts(tmp_path: Path) -> None:
    text = "क्षत्रिय पानी पीते हैं " * 12
    found = WebVTT().read(written(tmp_path, text.split(), text, "vtt"))
    assert " ".join(line for caption in found for line in caption.lines) == text.strip()


def test_a_brand_in_other_letters_keeps_its_blanks(tmp_path: Path) -> None:
    words = ["我", "喝", "Co", "ca", "Cola", "呢", "，", "好"]
    found = WebVTT().read(written(tmp_path, words, "我喝 Coca Cola 呢，好", "vtt"))
    assert " ".join(line for caption in found for line in caption.lines) == "我喝 Coca Cola 呢，好"


@pytest.mark.parametrize(
    ("words", "text", "whole"),
    [
        ("น ้ ำ ดี", "น้ำดี", ["น้ำ", "ดี"]),
        ("ខ ្ ញុំ ផឹក", "ខ្ញុំផឹក", ["ខ្ញុំ", "ផឹក"]),
        ("ကျ ွ န် ုပ်", "ကျွန်ုပ်", ["ကျွ", "န်ုပ်"]),
        ("可 口", "可口", ["可", "口"]),
    ],
)
def test_words_are_of_whole_letters(tmp_path: Path, words: str, text: str, whole: list[str]) -> None:
    grid = praat.openTextgrid(str(written(tmp_path, words.split(), text, "textgrid")), False)
    assert [entry.label for entry in grid.getTier("words").entries] == whole
    assert [entry.label for entry in grid.getTier("segments").entries] == [text]


def test_a_sheet_of_words_has_whole_letters(tmp_path: Path) -> None:
    rows = written(tmp_path, "น ้ ำ ดี".split(), "น้ำดี", "words").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[3:6] for row in rows[1:]] == [["0.000", "9.000", "น้ำ"], ["9.000", "12.000", "ดี"]]
