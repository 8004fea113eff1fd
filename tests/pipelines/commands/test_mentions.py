"""`earwitness mentions` over the demo corpus, and its words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from tests.pipelines.corpora import DEMO, publish
from tests.pipelines.tables import CALL, dimensions, example, write_corpus

Captured = pytest.CaptureFixture[str]
MODELS = ("transcripts", "emotions", "sounds")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings in which the brand is named, as the demo's checkpoints hear them."""
    out = tmp_path_factory.mktemp("mentions") / "out"
    files = [DEMO / "survey" / "answer_045.m4a", DEMO / "survey" / "answer_031.ogg"]
    metadata = {"path": str(DEMO / "metadata.csv")}
    publish(out, {job: DEMO_FOLDER / job for job in MODELS}, files, tables=list(MODELS), metadata=metadata)
    return out


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "out", example())
    return tmp_path / "out"


def asked(capfd: Captured, *words: str) -> str:
    capfd.readouterr()
    assert main(["mentions", *words]) == PUBLISHED
    return capfd.readouterr().out


def test_the_brand_of_the_demo(demo: Path, capfd: Captured) -> None:
    rows = json.loads(asked(capfd, str(demo), "acme cola", "--fuzzy", "--format", "json"))
    assert rows
    for row in rows:
        assert Path(row["file"]).name in ("answer_045.m4a", "answer_031.ogg")
        assert 0 <= row["distance"] <= 2
        assert sum(row[f"p_{label}"] for label in ("ang", "hap", "neu", "sad")) == pytest.approx(1, abs=1e-3)
        assert row["speaker"] in ("045", "031")
    lines = asked(capfd, str(demo), "acme cola", "--fuzzy").splitlines()
    assert max(map(len, lines)) <= 100
    assert rows[0]["text"] in lines[1]
    assert lines[-1].startswith(f"acme cola: {len(rows)} mention")
    lines = asked(capfd, str(demo), "acme cola", "--fuzzy", "--by", "speaker", "--by", "region").splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == "acme cola, by speaker"
    assert "* fewer than 5 recordings: too few to compare" in lines


def test_one_answer_in_every_format(out: Path, tmp_path: Path, capfd: Captured) -> None:
    rows = json.loads(asked(capfd, str(out), "acme", "--format", "json"))
    assert [(row["text"], row["start_ms"], row["sounds"]) for row in rows] == [
        ("acme", 1000, [{"label": "Music", "probability": pytest.approx(0.3)}]),
        ("Acme", 2500, []),
    ]
    table = list(csv.DictReader(io.StringIO(asked(capfd, str(out), "acme", "--format", "csv"))))
    assert [row["text"] for row in table] == ["acme", "Acme"]
    assert list(table[0]) == list(rows[0])
    to = tmp_path / "mentions.parquet"
    assert asked(capfd, str(out), "acme", "--to", str(to)) == ""
    assert pq.read_table(to).to_pylist() == rows
    asked(capfd, str(out), "nobody", "--format", "parquet", "--to", str(to))
    assert pq.read_table(to).num_rows == 0


def test_dimensions_as_people_read_them(tmp_path: Path, capfd: Captured) -> None:
    clips = [dimensions(CALL, 1, 1000, 4000, 0.75, 0.5, 0.25), dimensions(CALL, 1, 4000, 5000, 0.25, 0.5, 0.5)]
    write_corpus(tmp_path, {**example(), "dimensions": clips})
    head, words, *_ = asked(capfd, str(tmp_path), "acme").splitlines()
    assert "neu 0.80 (+0.55)  arousal +0.50 dominance +0.00 valence -0.25" in head
    assert len(head) <= 100
    assert "acme" in words
    lines = asked(capfd, str(tmp_path), "acme", "--by", "region").splitlines()
    at = lines.index("dimensions there, less those of the rest of the recording (on the model's own scale):")
    assert lines[at + 1].split() == ["region", "arousal", "dominance", "valence"]
    assert lines[at + 2].split() == ["north", "*", "+0.50", "+0.00", "-0.25"]
    assert not any("arousal" in line for line in lines[:at])  # no class among the emotions


def test_what_was_not_found_and_what_is_near(out: Path, capfd: Captured) -> None:
    capfd.readouterr()
    assert main(["mentions", str(out), "acne", "--format", "csv"]) == PUBLISHED
    told = capfd.readouterr()
    assert told.out.startswith("phrase,")  # a program reads it: notes are told beside it
    assert "no mention of 'acne'" in told.err
    assert "no mention of 'acne'; near words: acme (2): try --fuzzy" in asked(capfd, str(out), "acne")
    assert "no mention of 'zebra', nor of words like it" in asked(capfd, str(out), "zebra", "--fuzzy")
    told = asked(capfd, str(out), "cola", "zebra").splitlines()
    assert told[-1] == "cola: 1 mention in 1 of 2 recordings"


def test_what_was_left_out_is_said_in_a_line(tmp_path: Path, capfd: Captured) -> None:
    rows = {name: those for name, those in example().items() if name not in ("emotions", "sounds")}
    write_corpus(tmp_path, rows)
    told = asked(capfd, str(tmp_path), "acme")
    assert "no emotion beside them: the table 'emotions' was left out of this corpus: run again" in told
    assert "no sounds beside them" in told


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["acme", "--by", "regin"], WRONG_USE, "--by regin: no metadata column: did you mean 'region'?"),
        (["?!"], WRONG_USE, "the phrase '?!' holds no letter or digit"),
        (["acme", "--format", "xml"], WRONG_USE, "--format xml: choose from table, csv, json, parquet"),
        (["acme", "--format", "table", "--to", "x"], WRONG_USE, "--format table is not for a file: with --to say csv"),
        (["acme", "--format", "csv", "--to", "/nowhere/x.csv"], FAILED, "/nowhere/x.csv: No such file"),
    ],
)
def test_wrong_words(out: Path, capfd: Captured, words: list[str], code: int, told: str) -> None:
    capfd.readouterr()
    assert main(["mentions", str(out), *words]) == code
    error = capfd.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


def test_no_corpus(tmp_path: Path, capfd: Captured) -> None:
    assert main(["mentions", str(tmp_path), "acme"]) == FAILED
    assert "holds no corpus" in capfd.readouterr().err
