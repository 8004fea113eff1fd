"""SQL from the command line, and what the corpus holds."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.corpus.asked import open_corpus
from pipelines.corpus.overview import columns
from pipelines.corpus.view_columns import OWN
from pipelines.corpus.views import VIEWS
from schemas.catalog import TABLES
from tests.pipelines.corpora import DEMO, publish
from tests.pipelines.tables import CALL, dimensions, example, language, speaker_label, write_corpus

Captured = pytest.CaptureFixture[str]
QUESTION = "SELECT parse_filename(uri) AS file, duration_ms, [1, 2] AS list FROM recordings ORDER BY file"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    publish(folder, {}, [DEMO / "signals/tones.wav", DEMO / "signals/yes.wav"], tables=["windows", "frames"])
    return folder


def asked(capfd: Captured, *words: str) -> str:
    capfd.readouterr()
    assert main(list(words)) == PUBLISHED
    return capfd.readouterr().out


def test_one_answer_in_every_format(out: Path, tmp_path: Path, capfd: Captured) -> None:
    plain = json.loads(asked(capfd, "query", str(out), QUESTION, "--format", "json"))
    assert [row["file"] for row in plain] == ["tones.wav", "yes.wav"]
    assert plain[0]["list"] == [1, 2]
    lines = asked(capfd, "query", str(out), QUESTION).splitlines()
    assert lines[0].split() == ["file", "duration_ms", "list"]
    assert lines[1].split()[:2] == ["tones.wav", str(plain[0]["duration_ms"])]
    rows = list(csv.DictReader(io.StringIO(asked(capfd, "query", str(out), QUESTION, "--format", "csv"))))
    assert [{**row, "duration_ms": int(row["duration_ms"]), "list": json.loads(row["list"])} for row in rows] == plain
    for format, read in (("parquet", lambda path: pq.read_table(path).to_pylist()), ("json", _json)):
        to = tmp_path / f"answer.{format}"
        for words in (["--to", str(to)], ["--format", format, "--to", str(to.with_suffix(".any"))]):
            assert asked(capfd, "query", str(out), QUESTION, *words) == ""
            assert read(Path(words[-1])) == plain


def _json(path: Path) -> object:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("format", ["csv", "json", "parquet"])
def test_an_answer_that_fails_midway_leaves_the_file_that_was_there(
    out: Path, tmp_path: Path, capfd: Captured, format: str
) -> None:
    to = tmp_path / f"keep.{format}"
    to.write_text("a week of work")
    fails = "SELECT CASE WHEN range < 30000 THEN range ELSE 'x'::INT END AS n FROM range(40000)"
    assert main(["query", str(out), fails, "--to", str(to)]) == WRONG_USE
    assert "Could not convert" in capfd.readouterr().err
    assert to.read_text() == "a week of work"
    assert [path.name for path in tmp_path.iterdir()] == [to.name]


def test_columns_of_one_name_and_no_rows(out: Path, capfd: Captured) -> None:
    lines = asked(capfd, "query", str(out), "SELECT 1 AS a, 2 AS a").splitlines()
    assert [line.split() for line in lines] == [["a", "a"], ["1", "2"]]
    assert asked(capfd, "query", str(out), "FROM windows WHERE false", "--format", "json") == "[]\n"


def test_columns_of_one_name_all_reach_a_file(out: Path, tmp_path: Path, capfd: Captured) -> None:
    question = "SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a"
    expected = {"a": 1, "a_2": 2, "a_1": 3, "a_3": 4}
    assert json.loads(asked(capfd, "query", str(out), question, "--format", "json")) == [expected]
    (row,) = csv.DictReader(io.StringIO(asked(capfd, "query", str(out), question, "--format", "csv")))
    assert {name: int(value) for name, value in row.items()} == expected
    asked(capfd, "query", str(out), question, "--to", str(tmp_path / "a.parquet"))
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [expected]


ODD = {
    "'NaN'::DOUBLE": (None, "nan"),
    "'-Infinity'::FLOAT": (None, "-inf"),
    "[1, 'NaN'::DOUBLE]": ([1.0, None], "[1.0, null]"),
    "sum(range)": (0, "0"),
    "1.50::DECIMAL(4, 2)": (1.5, "1.50"),
    "'\\xFFa'::BLOB": ("ff61", "ff61"),
    "'101'::BIT": ("101", "101"),
    "INTERVAL '1 month 2 days'": ("1 month 2 days", "1 month 2 days"),
    "'10:00:00+02'::TIMETZ": ("10:00:00+02", "10:00:00+02"),
    "TIMESTAMPTZ '2026-03-01 12:00:00+00'": ("2026-03-01T12:00:00+00:00", "2026-03-01 12:00:00+00:00"),
    "TIMESTAMP '2026-03-01 12:00:00'": ("2026-03-01T12:00:00", "2026-03-01 12:00:00"),
    "DATE '2026-03-01'": ("2026-03-01", "2026-03-01"),
    "'infinity'::DATE": ("infinity", "infinity"),
    "'-infinity'::TIMESTAMPTZ": ("-infinity", "'-infinity"),
    "TIMESTAMP '12026-03-01 12:00:00'": ("12026-03-01 12:00:00.000000", "12026-03-01 12:00:00.000000"),
    "DATE '0044-03-15 (BC)'": ("-0043-03-15", "'-0043-03-15"),
    "union_value(k := 1)": ("1", "1"),
    "170141183460469231731687303715884105727::HUGEINT": (2**127 - 1, str(2**127 - 1)),
}
"""Values for which Python, JSON or Parquet has no word, and what becomes of them in JSON and in CSV."""


def test_no_value_is_lost_or_ends_an_answer(
    out: Path, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    question = f"SELECT {', '.join(ODD)} FROM range(1) GROUP BY ALL"
    (row,) = json.loads(asked(capfd, "query", str(out), question, "--format", "json"), parse_constant=pytest.fail)
    _, cells = csv.reader(io.StringIO(asked(capfd, "query", str(out), question, "--format", "csv")))
    found = dict(zip(ODD, zip(row.values(), cells, strict=True), strict=True))
    assert found == ODD
    asked(capfd, "query", str(out), question)
    asked(capfd, "query", str(out), question, "--to", str(tmp_path / "a.parquet"))
    assert pq.read_metadata(tmp_path / "a.parquet").num_rows == 1


def test_a_long_answer_is_cut_on_a_page_and_nowhere_else(out: Path, capfd: Captured) -> None:
    lines = asked(capfd, "query", str(out), "FROM range(1500)").splitlines()
    assert len(lines) == 1002
    assert lines[-1].startswith("the first 1,000 rows")
    assert len(asked(capfd, "query", str(out), "FROM range(25000)", "--format", "csv").splitlines()) == 25_001


def test_a_table_shows_what_is_long_by_its_beginning(out: Path, capfd: Captured) -> None:
    lists = "SELECT range(9) AS a, range(8) AS b, [{'label': 'neu', 'p': 0.5::DOUBLE}] AS c"
    question = f"{lists}, 'x'::BLOB AS d, NULL::INT[] AS e, MAP {{'neu': 0.25::DOUBLE}} AS f"
    lines = asked(capfd, "query", str(out), question).splitlines()
    shown = (
        "[0, 1, 2, ... 9 in all]",
        "[0, 1, 2, 3, 4, 5, 6, 7]",
        "<1 bytes>",
        "[label=neu p=0.500]",
        "-",
        "[neu=0.250]",
    )
    assert lines[1].split("  ")[:2] == [shown[0], shown[1]]
    assert all(cell in lines[1] for cell in shown)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["FROM windowz"], WRONG_USE, "unknown table 'windowz': did you mean 'windows'?"),
        (["SELECT rms_db FROM windows"], WRONG_USE, "unknown column 'rms_db': did you mean 'rms_dbfs'?"),
        (["FROM transcripts"], WRONG_USE, "was left out of this corpus: run again with a checkpoint"),
        (["SELEC 1"], WRONG_USE, "syntax error"),
        (["SELECT 'x'::INT FROM recordings"], WRONG_USE, "Could not convert string 'x' to INT32"),
        (["DROP TABLE windows"], WRONG_USE, "a corpus is only read"),
        (["SELECT 1", "--format", "xml"], WRONG_USE, "--format xml: choose from table, csv, json, parquet"),
        (["SELECT 1", "--to", "x.txt"], WRONG_USE, "--to x.txt: call it .csv, .json or .parquet, or say --format"),
        (
            ["SELECT 1", "--format", "table", "--to", "x.csv"],
            WRONG_USE,
            "--format table is not for a file: with --to say",
        ),
        (
            ["SELECT 1", "--to", "OUT/current/windows/x.parquet"],
            WRONG_USE,
            "snapshots is the corpus's own: name another place",
        ),
        (["SELECT 1", "--to", "/nowhere/x.csv"], FAILED, "/nowhere/x.csv: No such file"),
    ],
)
def test_what_cannot_be_answered(out: Path, capfd: Captured, words: list[str], code: int, told: str) -> None:
    capfd.readouterr()
    assert main(["query", str(out), *(word.replace("OUT", str(out)) for word in words)]) == code
    error = capfd.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


def test_every_column_of_every_view_is_told(tmp_path: Path) -> None:
    others = {
        "speaker_labels": [speaker_label(CALL, 1, 0, 3000, "S1", "P001")],
        "dimensions": [dimensions(CALL, 1, 1000, 4000, 0.5, 0.6, 0.4)],
        "languages": [language(CALL, 1, 0, 3000, en=0.9, de=0.1)],
    }
    write_corpus(tmp_path, {**example(), **others})
    with open_corpus(tmp_path) as corpus:
        there = [view for view in VIEWS if view in corpus.columns]
        assert set(VIEWS) - set(there) == {"appearances"}  # of files, which this corpus has not
        for view in there:
            rows = columns(corpus, view)
            assert [row["column"] for row in rows] == corpus.columns[view]
            assert all(row["meaning"] and row["type"] for row in rows), rows
            assert OWN[view].keys() <= set(corpus.columns[view])
        found = {row["column"]: row for row in columns(corpus, "moments")}
    assert (found["start_ms"]["unit"], found["emotion_end_ms"]["unit"]) == ("ms", "ms")
    assert "embedding" in found
    assert "corpus_speaker" in found


def test_tables_and_their_rows(out: Path, capfd: Captured) -> None:
    rows = {row["table"]: row for row in json.loads(asked(capfd, "tables", str(out), "--format", "json"))}
    assert list(rows) == ["files", "recordings", "windows", "frames", "errors", "runs", "appearances"]
    assert rows["recordings"]["rows"] == 2
    assert rows["windows"]["one row is"] == TABLES["windows"].row
    columns = json.loads(asked(capfd, "tables", str(out), "windows", "--format", "json"))
    assert [row["column"] for row in columns] == TABLES["windows"].schema.names
    level = next(row for row in columns if row["column"] == "rms_dbfs")
    assert (level["type"], level["unit"], level["values"]) == ("float32", "dBFS", "may be null")
    capfd.readouterr()
    assert main(["tables", str(out), "frame"]) == WRONG_USE
    assert "unknown table 'frame': did you mean 'frames'?" in capfd.readouterr().err
    assert main(["tables", str(out / "nowhere")]) == FAILED
    assert "no such folder" in capfd.readouterr().err
