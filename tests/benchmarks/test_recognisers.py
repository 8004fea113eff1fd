"""The benchmark of recognisers: its own figures on words that are known, and whole tables at tiny size."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks import recognisers
from benchmarks.footprint import ROOT
from benchmarks.measure import Spread
from benchmarks.served import Served
from benchmarks.settings import Settings
from benchmarks.talk import PAUSE_S, RATE, Spoken, aligned, spoken_of, talk_of
from benchmarks.word_errors import distances, english, error_rate, median_ms, near, timed_words, words_of
from transforms.cache import FOLDER

DEMO = ROOT / "demo" / "corpus"


def test_words_are_lower_case_without_punctuation() -> None:
    assert words_of("Don\u2019t, he said: forty-two!") == ["don't", "he", "said", "forty", "two"]
    assert timed_words([(" Forty-two,", 1.5), ("men", 2.0)]) == [("forty", 1.5), ("two", None), ("men", 2.0)]


def test_errors_are_counted_over_all_texts(tmp_path: Path) -> None:
    truth, said = ["It is two dollars.", "Yes"], ["it's $2", "yes, yes"]
    assert error_rate(["a b c d"], ["A, b: x d!"]) == 0.25
    assert error_rate(truth, said) == 1  # two for others, two left out, one put in; of five
    assert error_rate(truth, said, english(tmp_path)) == pytest.approx(1 / 4)  # it is $2, yes


def test_times_are_compared_where_both_sides_have_the_word() -> None:
    truth = [("a", 0.0), ("b", 1.0), ("c", None), ("d", 3.0), ("e", 4.0)]
    said = [("a", 0.05), ("x", 1.0), ("c", 2.0), ("d", 3.2), ("e", 3.9)]
    apart = distances(truth, said)
    assert apart == pytest.approx([0.05, 0.2, -0.1])
    assert near(apart) == pytest.approx(100 / 3)
    assert median_ms(apart) == pytest.approx(50)
    assert distances(truth, []) == []
    assert near([]) is median_ms([]) is None


def listed(folder: Path, rows: list[tuple[Path, str, str]]) -> Path:
    path = folder / "speech.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("path", "text", "lang"), *rows])
    return path


def test_clips_are_joined_and_their_words_with_them(tmp_path: Path) -> None:
    for name, seconds in (("one", 1.0), ("two", 2.0)):
        soundfile.write(tmp_path / f"{name}.wav", np.full(round(seconds * 8000), 0.1), 8000)
    rows = [(tmp_path / "one.wav", "One clip.", "en"), (tmp_path / "two.wav", "Two clips", "en")]
    others = [(tmp_path / "two.wav", "Zwei Stücke", "de"), (tmp_path / "two.wav", "two", "en")]
    clips = spoken_of(listed(tmp_path, rows + others), tmp_path / "clips")
    assert [round(clip.seconds, 2) for clip in clips] == [1.0, 2.0]
    clips = aligned(clips, [[0.1, 0.5], None])
    assert clips[1].starts == (None, None)
    talk = talk_of(clips, 6.0, tmp_path / "talk.flac")
    assert talk.text == "One clip. Two clips Two clips"
    assert talk.starts == (0.1, 0.5, None, None, None, None)
    assert talk.seconds == pytest.approx(5 + 3 * PAUSE_S, abs=0.01)
    assert soundfile.info(talk.path).frames == pytest.approx(talk.seconds * RATE, abs=3)
    again = talk_of([Spoken(clips[0].path, "one clip", 1.0, (0.1, 0.5))], 2.5, tmp_path / "again.flac")
    assert again.starts == pytest.approx((0.1, 0.5, 1.6, 2.0))
    with pytest.raises(ValueError, match="no English clip"):
        spoken_of(listed(tmp_path, others), tmp_path / "none")


def test_a_program_that_ends_says_why() -> None:
    with (
        Served([sys.executable, "-c", "raise SystemExit('no such model')"]) as served,
        pytest.raises(RuntimeError, match="no such model"),
    ):
        served.ask(paths=[])


def test_it_says_what_it_lacks(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (table,) = recognisers.compare(settings, listed=tmp_path / "speech.csv")
    assert table.columns == ("skipped",)
    assert "--speech" in str(table.rows)
    assert recognisers.main(["--speech", str(tmp_path / "speech.csv"), "--size", "tiny"]) == 0
    monkeypatch.setattr(recognisers, "MAKER", tmp_path / "maker.py")
    assert recognisers._tiny_en(tmp_path) is None


@pytest.mark.slow
def test_each_way_of_ours(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An untrained Whisper says anything, but by every engine the same; there is no peer."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    monkeypatch.setattr(recognisers, "_imports", lambda python, module: False)
    rows = [(DEMO / "digits" / "code_012.wav", "zero one two", "en"), (DEMO / "digits" / "code_012.wav", "a b", "en")]
    tables = recognisers.compare(settings, listed=listed(tmp_path, rows))
    assert "not installed" in " ".join(tables[-1].notes)
    for table in tables:
        names = [str(row[0]) for row in table.rows]
        assert names[:2] == ["earwitness, fp32", "earwitness, fp32-ctranslate2"]
        assert len(names) == len(recognisers.OURS) + 1
        for row in table.rows:
            told = dict(zip(table.columns, row, strict=True))
            assert isinstance(told["x"], Spread)
            assert told["x"].low > 0
            assert isinstance(told["peak GB"], float)
            assert told["peak GB"] > 0.1
        errors = [dict(zip(table.columns, row, strict=True))["WER, %"] for row in table.rows]
        assert errors[0] == errors[1]
        assert errors[2] == errors[3]
