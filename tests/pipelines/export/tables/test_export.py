"""Whole tables in every format, read back with other people's readers and held against the corpus."""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import os
import re
import resource
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.corpus.asked import open_corpus
from pipelines.export.tables import excel, export
from pipelines.export.tables.plain import write_csv
from pipelines.files.cells import read_cell
from schemas.catalog import TABLES
from tests.pipelines.export.tables.corpora import LONG, OWN, hostile

Captured = pytest.CaptureFixture[str]
Rows = list[dict[str, Any]]
ALWAYS_FLAT = ("xlsx", "sav", "dta")
NEEDS = {"xlsx": ("xlsxwriter", "openpyxl"), "sav": ("pyreadstat",)}
FLAT_SQL = {
    "emotions": "SELECT * EXCLUDE (probabilities, model), "
    "list_filter(probabilities, lambda p: p.label = 'ang')[1].probability AS p_ang, "
    "list_filter(probabilities, lambda p: p.label = 'neu')[1].probability AS p_neu, model FROM emotions",
    "transcripts": "SELECT * EXCLUDE words REPLACE (array_to_string(doubtful, '; ') AS doubtful) FROM transcripts",
    "words": "SELECT * REPLACE (array_to_string(doubtful, '; ') AS doubtful) FROM words",
    "languages": "SELECT * EXCLUDE probabilities FROM languages",
    "language_probabilities": "FROM language_probabilities",
    "sounds": "SELECT * EXCLUDE tags FROM sounds",
    "sound_tags": "FROM sound_tags",
    "embeddings": "SELECT * EXCLUDE (embedding, model), embedding[1] AS embedding_1, embedding[2] AS embedding_2, "
    "model FROM embeddings",
    "runs": "SELECT * EXCLUDE (models, versions, counts, model_seconds) FROM runs",
    "runs_counts": "SELECT run_id, c.name, c.value FROM (SELECT run_id, unnest(counts) AS c FROM runs)",
    "spectrograms": "SELECT * EXCLUDE data FROM spectrograms",
    "recordings": "SELECT * EXCLUDE tracks FROM recordings",
    "recordings_tracks": "SELECT recording_id, position, t.* FROM (SELECT recording_id, unnest(tracks) AS t, "
    "generate_subscripts(tracks, 1) AS position FROM recordings)",
    "files": "SELECT * REPLACE (array_to_string(notes, '; ') AS notes) FROM files",
    "speaker_labels": "FROM speaker_labels",
    "errors": "FROM errors",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus that no test changes."""
    return hostile(tmp_path_factory.mktemp("odd") / "out")


def exported(out: Path, to: Path, format: str, *words: str) -> dict[str, Path]:
    for library in NEEDS.get(format, ()):
        pytest.importorskip(library, reason=f"{format} needs it: pip install -e .[test]")
    assert main(["export", str(out), "--format", format, *words, "--to", str(to)]) == PUBLISHED
    return {path.stem: path for path in to.iterdir() if path.name != "README.txt"}


def asked(out: Path, sql: str) -> Rows:
    with open_corpus(out) as corpus:
        return corpus.sql(sql).to_arrow_table().to_pylist()


def from_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: read_cell(value) for name, value in row.items()} for row in csv.DictReader(file)]


def from_xlsx(path: Path) -> Rows:
    import openpyxl
    from openpyxl.utils.escape import unescape

    page = openpyxl.load_workbook(path).active
    assert page is not None
    assert page.freeze_panes == "A2"
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)
    header, *rows = page.iter_rows(values_only=True)
    plain = [[unescape(value) if isinstance(value, str) else value for value in row] for row in rows]
    return [dict(zip(map(str, header), row, strict=True)) for row in plain]


def from_statistics(path: Path) -> Rows:
    pyreadstat = pytest.importorskip("pyreadstat", reason="reads what pandas wrote: pip install -e .[test]")
    read = pyreadstat.read_sav if path.suffix == ".sav" else pyreadstat.read_dta
    rows, told = read(str(path), apply_value_formats=True)
    assert set(told.column_names_to_labels) == set(rows.columns)
    return rows.astype(object).to_dict("records")


READ: Mapping[str, Callable[[Path], Rows]] = {
    "parquet": lambda path: pq.read_table(path).to_pylist(),
    "csv": from_csv,
    "xlsx": from_xlsx,
    "sav": from_statistics,
    "dta": from_statistics,
}


def same(found: Any, value: Any, format: str) -> bool:
    """Whether what was read is the value, as far as the format goes."""
    if isinstance(value, float) and not math.isfinite(value) and format in ALWAYS_FLAT:
        value = None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 and format in ALWAYS_FLAT:
        value = str(value)
    if value is None or value == "":
        return found is None or found == "" or found is pd.NaT or found != found
    if isinstance(value, bool):
        return found is value or found == str(value).lower()
    if isinstance(value, datetime):
        if isinstance(found, str):
            return datetime.fromisoformat(found) == value
        plain = pd.Timestamp(found)
        plain = plain if plain.tzinfo else plain.tz_localize("UTC")
        return abs((plain - pd.Timestamp(value)).total_seconds()) < 2e-6
    if isinstance(value, date):
        return (found.date() if isinstance(found, datetime) else found) in (value, value.isoformat())
    if isinstance(value, float) and format == "xlsx":  # 16 digits
        return math.isclose(found, value, rel_tol=1e-15)
    if isinstance(value, int | float):
        return type(value)(found) == value
    if isinstance(value, bytes):
        return found in (value, value.hex())
    if isinstance(value, list) and format == "csv":
        return json.loads(found) == json.loads(json.dumps(value))
    if format in ("sav", "dta"):
        value = value.replace("\0", "")
    if format == "sav":
        value = value.encode()[:32_767].decode(errors="ignore").rstrip(" ")
    if format == "xlsx":
        value = value.encode("utf-16-le")[: 2 * 32_767].decode("utf-16-le", errors="ignore")
        found = found.replace("\r\n", "\n")
        value = value.replace("\r\n", "\n")
    return found == value


def check(found: Rows, expected: Rows, format: str) -> None:
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert len(row) == len(wanted)
        for (name, value), (column, there) in zip(row.items(), wanted.items(), strict=True):
            assert same(value, there, format), (format, column, name, repr(value)[:60], repr(there)[:60])


@pytest.mark.parametrize("format", READ)
def test_every_value_is_read_back(out: Path, tmp_path: Path, format: str) -> None:
    """Flat, which every format is or can be."""
    files = exported(out, tmp_path / "to", format, *([] if format in ALWAYS_FLAT else ["--flat"]))
    assert "frames" not in files
    for name, sql in FLAT_SQL.items():
        kept = sql if format in ALWAYS_FLAT else sql.replace(" EXCLUDE data", "")
        check(READ[format](files[name]), asked(out, kept), format)
    lists = (
        "words",
        "language_probabilities",
        "sound_tags",
        "recordings_tracks",
        "runs_models",
        "runs_versions",
        "runs_counts",
        "runs_model_seconds",
    )
    with open_corpus(out) as corpus:
        assert set(files) == {*corpus.files, *lists} - {"frames"}


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_lists_stay_lists_where_a_format_knows_them(out: Path, tmp_path: Path, format: str) -> None:
    files = exported(out, tmp_path / "to", format)
    with open_corpus(out) as corpus:
        assert set(files) == set(corpus.files)
    for name, path in files.items():
        check(READ[format](path), asked(out, f"FROM {name}"), format)


def test_what_is_left_out_and_changed_is_told(out: Path, tmp_path: Path, capfd: Captured) -> None:
    exported(out, tmp_path / "to", "sav")
    told = capfd.readouterr().out.splitlines()
    page = (tmp_path / "to" / "README.txt").read_text("utf-8")
    for line in (
        "left out: frames: it would be a row for each frame; --tables frames asks for that",
        "left out: spectrograms.data: bytes, which the format does not know",
        "changed: recordings.1st: values that are no number are missing: 1",
        "changed: recordings.Region : texts of more than 32,767 bytes were cut: 1",
        "changed: recordings.region_: characters of code 0 were left out of texts: 1",
        "changed: recordings.built: dates before 1582-10-15, so that it is text",
        "changed: recordings.number: whole numbers beyond 2^53, so that it is text",
        "renamed in recordings.sav: größe (cm) is größe__cm_, 1st is v_1st, =cmd is v_cmd, Region  is Region__2",
        "speakers holds vectors of voices, which are biometric data: --without speakers",
    ):
        assert line in told
        assert re.sub(r"\s+", " ", line) in re.sub(r"\s+", " ", page)


def test_labels_for_columns_and_values(out: Path, tmp_path: Path) -> None:
    files = {format: exported(out, tmp_path / format, format) for format in ("sav", "dta")}
    import pyreadstat

    for format, read in (("sav", pyreadstat.read_sav), ("dta", pyreadstat.read_dta)):
        rows, told = read(str(files[format]["files"]))
        assert told.variable_value_labels["status"] == {1: "complete", 2: "partial", 3: "no_audio", 4: "failed"}
        assert rows["status"].tolist() == [1, 4]
        assert told.column_names_to_labels["modified"].startswith("(UTC) when the file was last changed")
        assert told.column_names_to_labels["bytes"] == "(bytes) size of the file"
        _, told = read(str(files[format]["emotions"]))
        assert told.column_names_to_labels["p_ang"] == "probability of the class ang"
        assert told.column_names_to_labels["end_ms"] == "(ms) where the stretch ends in the recording"
        _, told = read(str(files[format]["recordings"]))
        assert told.variable_value_labels["if_" if format == "dta" else "if"] == {0: "false", 1: "true"}


def test_pandas_reads_what_stands_in_files(out: Path, tmp_path: Path) -> None:
    own = list(OWN)
    table = exported(out, tmp_path / "csv", "csv")["recordings"]
    found = pd.read_csv(table, keep_default_na=False, na_values=[""], dtype={own[4]: str})
    assert found[own[3]].tolist()[0] == "NA"
    assert found[own[4]].tolist() == ["007", " padded  "]
    assert found[own[0]].tolist()[0] == 180
    assert [read_cell(name) for name in found.columns] == asked_columns(out)
    assert pl.read_csv(table)["if"].to_list() == [True, None]
    table = exported(out, tmp_path / "parquet", "parquet", "--tables", "embeddings")["embeddings"]
    assert np.stack(pd.read_parquet(table)["embedding"].tolist()).dtype == np.float32
    assert pl.read_parquet(table)["recording_id"].str.len_chars().to_list() == [32, 32]
    field = pq.read_schema(table).field("end_ms")
    assert field.metadata == {b"unit": b"ms", b"meaning": b"where the stretch ends in the recording"}
    ((said,),) = duckdb.sql(
        f"SELECT value FROM parquet_kv_metadata('{table}') WHERE key = 'earwitness.table'"
    ).fetchall()
    told = json.loads(said)
    assert told["key"] == ["recording_id", "channel", "start_ms"]
    assert {"columns": ["window_id"], "table": "windows"} in told["points_into"]
    assert {"name": "end_ms", "type": "int32", "unit": "ms", "values": "0 or more"}.items() <= told["columns"][
        4
    ].items()


def asked_columns(out: Path) -> list[str]:
    with open_corpus(out) as corpus:
        return corpus.columns["recordings"]


def test_query_writes_the_same_csv(out: Path, tmp_path: Path) -> None:
    for name, path in exported(out, tmp_path / "to", "csv").items():
        to = tmp_path / f"{name}.csv"
        assert main(["query", str(out), f"FROM {name}", "--to", str(to)]) == PUBLISHED
        assert to.read_bytes() == path.read_bytes()


def test_tables_by_name(out: Path, tmp_path: Path) -> None:
    assert set(exported(out, tmp_path / "1", "csv", "--tables", "words, emotions")) == {"words", "emotions"}
    flat = ("--flat", "--tables")
    assert set(exported(out, tmp_path / "2", "csv", *flat, "transcripts")) == {"transcripts", "words"}
    only = exported(out, tmp_path / "3", "csv", *flat, "transcripts", "--without", "words")
    assert set(only) == {"transcripts"}
    rest = exported(out, tmp_path / "4", "csv", "--flat", "--without", "speakers,spectrograms,transcripts,runs_counts")
    assert not {"speakers", "spectrograms", "transcripts", "words", "runs_counts"} & set(rest)
    assert {"runs", "runs_models", "sounds"} <= set(rest)
    frames = exported(out, tmp_path / "5", "csv", *flat, "frames")["frames"]
    rows = from_csv(frames)
    assert [(row["frame"], row["rms"], row["f0_hz"], row["voicing"]) for row in rows] == [
        ("0", "0.5", "", "0.0"),
        ("1", "0.25", "110.5", "0.75"),
    ]
    assert rows[0]["window_id"] == rows[1]["window_id"]


def test_the_page_tells_of_every_column(out: Path, tmp_path: Path) -> None:
    files = exported(out, tmp_path / "to", "csv", "--flat")
    page = (tmp_path / "to" / "README.txt").read_text("utf-8")
    parts = re.split(r"\n\n\n(\w+)\.csv\n-+\n", page)[1:]
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert set(sections) == set(files)
    for name, section in sections.items():
        with files[name].open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file))
        for column in header:
            assert re.search(rf"^{re.escape(read_cell(column))}( \(.*)?$", section, re.MULTILINE), (name, column)
        assert "One row is" in section
        for key in TABLES[name].key if name in TABLES else ():
            assert key in header
    assert "end_ms (int32, ms, 0 or more)\n    where the stretch ends in the recording" in sections["emotions"]
    assert "Key: segment_id, position." in sections["words"]
    assert "Points into segments by segment_id." in sections["words"]


def test_keys_of_views_are_keys(out: Path) -> None:
    from pipelines.export.tables.flat import KEYS

    with open_corpus(out) as corpus:
        for view, key in KEYS.items():
            names = ", ".join(key)
            ((rows, keys),) = corpus.sql(
                f"SELECT (SELECT count(*) FROM {view}), (SELECT count(*) FROM (SELECT DISTINCT {names} FROM {view}))"
            ).fetchall()
            assert rows == keys > 0, view


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["csv", "--tables", "word"], "--tables word: unknown table: did you mean 'words'?"),
        (["csv", "--tables", "prosody"], "--tables prosody: the table 'prosody' was left out of this corpus"),
        (["csv", "--without", "speaker"], "--without speaker: unknown table: did you mean 'speakers'?"),
        (["csv", "--tables", "words", "--without", "words"], "nothing is left to write"),
        (["csv", "call"], "--format csv writes whole tables, not those of call: a sheet of words for each recording"),
        (["vtt", "--flat"], "--flat is for whole tables (parquet, csv, xlsx, sav, dta), not for vtt"),
        (["words", "--tables", "words"], "--tables is for whole tables"),
    ],
)
def test_what_is_refused(out: Path, tmp_path: Path, capfd: Captured, words: list[str], told: str) -> None:
    assert main(["export", str(out), "--to", str(tmp_path / "to"), "--format", *words]) == WRONG_USE
    assert told in capfd.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "to").exists()


def test_tables_that_the_corpus_lacks_may_be_left_out(out: Path, tmp_path: Path) -> None:
    assert "files" in exported(out, tmp_path / "to", "csv", "--without", "waveforms,prosody")


def test_nothing_is_written_over(out: Path, tmp_path: Path, capfd: Captured) -> None:
    to = tmp_path / "to"
    to.mkdir()
    (to / "README.txt").write_text("mine")
    words = ["export", str(out), "--format", "csv", "--to", str(to)]
    assert main(words) == FAILED
    assert f"{to / 'README.txt'} would be written over: name another folder" in capfd.readouterr().err
    assert os.listdir(to) == ["README.txt"]
    assert main([*words, "--force"]) == PUBLISHED
    assert (to / "README.txt").read_text("utf-8").startswith("Tables of an Earwitness corpus")
    assert main([*words[:-1], str(out / "current"), "--force"]) == WRONG_USE
    assert "is the corpus's own" in capfd.readouterr().err


def test_more_rows_than_a_workbook_holds(
    out: Path, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xlsxwriter")
    monkeypatch.setattr(excel, "MOST_ROWS", 5)
    assert main(["export", str(out), "--format", "xlsx", "--to", str(tmp_path / "to")]) == FAILED
    told = capfd.readouterr().err.splitlines()[-1]
    assert "words has 6 rows, and a sheet of xlsx holds 5: leave it out with --without words" in told
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize(("format", "library"), [("sav", "pyreadstat"), ("xlsx", "xlsxwriter")])
def test_a_library_that_is_not_installed(
    out: Path, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch, format: str, library: str
) -> None:
    monkeypatch.setattr(export, "find_spec", lambda name: None if name == library else importlib.util.find_spec(name))
    assert main(["export", str(out), "--format", format, "--to", str(tmp_path / "to")]) == FAILED
    told = capfd.readouterr().err
    assert told == (
        f"earwitness: {format} is written with {library}, which is not installed: pip install 'earwitness[export]'\n"
    )
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("format", READ)
def test_a_disk_that_is_full(out: Path, tmp_path: Path, capfd: Captured, format: str) -> None:
    """The system refuses to let a file grow beyond a limit, as a full disk does."""
    for library in NEEDS.get(format, ()):
        pytest.importorskip(library)
    to = tmp_path / "to"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        code = main(["export", str(out), "--format", format, "--tables", "files,recordings", "--to", str(to)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == FAILED
    (told,) = capfd.readouterr().err.splitlines()
    assert told.startswith(f"earwitness: {to}")
    assert "File too large" in told or "is the disk full?" in told
    assert set(os.listdir(to)) <= {f"files.{format}"}


def test_ctrl_c(out: Path, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    to = tmp_path / "to"

    def write(file: Any, sheet: Any, reader: Any) -> Any:
        if sheet.name == "recordings":
            raise KeyboardInterrupt
        return write_csv(file, sheet, reader)

    monkeypatch.setitem(export.FORMATS, "csv", export.Format(write))
    assert main(["export", str(out), "--format", "csv", "--tables", "files,recordings", "--to", str(to)]) == 130
    assert f"stopped; 1 file was written: {to / 'files.csv'}" in capfd.readouterr().err
    assert os.listdir(to) == ["files.csv"]


def test_long_texts_are_whole_where_they_can_be(out: Path, tmp_path: Path) -> None:
    assert len(LONG.encode()) > 32_767
    for format in ("parquet", "csv"):
        assert READ[format](exported(out, tmp_path / format, format)["recordings"])[0]["Region "] == LONG


def test_times_are_in_utc(out: Path, tmp_path: Path) -> None:
    (row, _) = pq.read_table(exported(out, tmp_path / "to", "parquet")["files"]).to_pylist()
    assert row["modified"] == datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    assert str(pq.read_schema(tmp_path / "to" / "files.parquet").field("modified").type) == "timestamp[us, tz=UTC]"
