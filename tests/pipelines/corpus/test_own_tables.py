"""The user's own tables beside a corpus."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from pipelines.corpus.asked import open_corpus
from pipelines.corpus.own_tables import own_tables
from schemas.errors import UsageError
from tests.pipelines.tables import example, write_corpus


@pytest.fixture
def coding(tmp_path: Path) -> Path:
    path = tmp_path / "coding.csv"
    path.write_bytes("Datei;Höhe\na.wav; 4 \nb.wav;\n".encode("cp1252"))
    return path


def test_files_of_every_kind_are_tables_called_as_they_are(coding: Path, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Datei", "Höhe"])
    book.active.append(["a.wav", 4])
    book.active.append(["b.wav", None])
    book.save(tmp_path / "book.xlsx")
    pq.write_table(pa.table({"n": [1, 2]}), tmp_path / "numbers.parquet")
    found = own_tables([str(coding), f"mine={tmp_path / 'book.xlsx'}", str(tmp_path / "numbers.parquet")], ())
    rows = [{"Datei": "a.wav", "Höhe": "4"}, {"Datei": "b.wav", "Höhe": None}]
    assert {name: table.to_pylist() for name, table in found.items()} == {
        "coding": rows,
        "mine": rows,
        "numbers": [{"n": 1}, {"n": 2}],
    }


def test_what_cannot_be_a_table_is_told_in_a_line(coding: Path, tmp_path: Path) -> None:
    (tmp_path / "no.parquet").write_bytes(b"x")
    for word, told in (
        (f"Words={coding}", "there is a table Words already"),
        (str(tmp_path / "nowhere.csv"), "No such file"),
        (str(tmp_path / "no.parquet"), "no Parquet file"),
    ):
        with pytest.raises(UsageError, match=told):
            own_tables([word], ["words"])
    with pytest.raises(UsageError, match="there is a table coding already"):
        own_tables([str(coding), str(coding)], ())


def test_they_join_and_text_that_is_counted_is_told(coding: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path / "out", example())
    beside = own_tables([str(coding)], ())
    with open_corpus(tmp_path / "out") as corpus:
        assert corpus.sql('SELECT sum("Höhe"::INT) FROM coding', beside=beside).fetchall() == [(4,)]
        with pytest.raises(UsageError, match=r"^SQL: Höhe is text, .*: write TRY_CAST\(Höhe AS DOUBLE\)$"):
            corpus.sql('SELECT avg("Höhe") FROM coding', beside=beside)
        for question in ("SELECT * FROM recordings WHERE station > 3", "SELECT station + 1 FROM recordings"):
            corpus.own = ("uri",)  # as a column of the user's would be
            with pytest.raises(UsageError, match=r"uri is text, .*--types uri=int"):
                corpus.sql(question.replace("station", "uri"))
