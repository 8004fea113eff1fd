"""What a precision is said to change, and both tables at tiny size."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from jiwer import process_words

from benchmarks import precision
from benchmarks.difference import Change, difference, word_edits
from benchmarks.precision import changes, compare
from benchmarks.settings import Settings
from benchmarks.ways import opened, words_of
from demo.untrained.sounds import voices
from schemas.jobs import JOBS
from schemas.records import Scores
from schemas.transcript import Transcript, Word
from tests.benchmarks.test_suite import check, column


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("auto", ("auto", "auto")),
        ("fp32", ("fp32", "torch")),
        ("bf16", ("bf16", "torch")),
        ("bf16-openvino", ("bf16", "openvino")),
    ],
)
def test_ways_are_named_as_the_model_column_names_them(way: str, expected: tuple[str, str]) -> None:
    assert words_of(way) == expected


@pytest.mark.parametrize("other", ["a b c d", "a c d", "b a d c e", "x", "a b x d"])
def test_edits_of_words_are_those_of_jiwer(other: str) -> None:
    told = process_words("a b c d", other)
    assert word_edits("a b c d".split(), other.split()) == told.substitutions + told.deletions + told.insertions
    assert word_edits([], other.split()) == len(other.split())


def test_what_is_counted() -> None:
    said = [Transcript(text, (), 1.0, "en") for text in ("one two", "", "three")]
    heard = [Transcript(text, (), 1.0, "en") for text in ("one too", "oh", "three")]
    assert difference(said, heard) == Change(3, 2, ties=0)
    sure_of = [Transcript("one two", (Word("one", 0, 1, 0.9), Word("two", 1, 2, c)), 1.0, "en") for c in (0.5, 0.9)]
    other = [Transcript("one", (Word("one", 0, 1, 0.9),), 1.0, "en")] * 2
    assert difference(sure_of, other) == Change(4, 2, ties=1)
    sure, unsure = (Scores(("a", "b"), np.array(p, np.float32)) for p in ((0.75, 0.25), (0.375, 0.625)))
    assert difference([sure, sure], [sure, unsure]) == Change(2, 1, ties=0, step=0.375)
    close = Scores(("a", "b"), np.array((0.53, 0.47), np.float32))
    assert difference([close], [unsure]).ties == 1
    one, other = np.eye(2, dtype=np.float32)
    assert difference([one, one], [one, other]) == Change(2, cosine=0.0)


@pytest.mark.soak  # minutes, and `make bench` runs it
def test_speed(settings: Settings) -> None:
    ways = ("fp32", "bf16-openvino")
    table = compare(settings, ways)
    check(table)
    assert column(table, "way") == [*ways] * 5


def test_changes_with_a_folder_of_recordings(settings: Settings, demo_models: dict[str, Path], tmp_path: Path) -> None:
    for name, voice in zip(("speech", "sounds"), voices(16_000, 2, 6.0, seed=3), strict=True):
        soundfile.write(tmp_path / f"{name}.wav", voice, 16_000)
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([["path"], [f"{name}.wav"]])
    folder = demo_models["sounds"].parent
    table = changes(folder, tmp_path, settings, ("fp32", "fp32-openvino"))
    assert len(table.rows) == len(JOBS)
    given = dict(
        zip([str(name).partition(",")[0] for name in column(table, "job, family")], column(table, "given"), strict=True)
    )
    assert (given["emotions"], given["sounds"]) == ("2", "1")  # 6 s are two clips and one window
    assert {kept for kept in column(table, "kept, %") if kept} == {"100.00"}
    assert all(float(str(cosine)) > 0.99999 for cosine in column(table, "lowest cosine") if cosine)
    none = changes(tmp_path, tmp_path, settings)
    assert not none.rows
    assert "Not measured" in none.notes[-1]


def test_auto_is_what_a_run_takes(
    settings: Settings, demo_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks import ways

    monkeypatch.setattr(ways, "best_precision", lambda device, kind, engine: "bf16")
    monkeypatch.setattr(ways, "best_engine", lambda device, kind: "torch")
    assert opened("emotions", demo_models["emotions"], "auto", device="cpu", threads=1).model_id.endswith("/bf16")
    assert precision.PLAIN == "fp32"
