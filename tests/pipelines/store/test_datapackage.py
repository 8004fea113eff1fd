"""A table in the words of the Data Package standard: each rule as the standard means it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.store.datapackage import datapackage, whole_pattern
from pipelines.store.licences import Model
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES
from schemas.table import Table, column
from transforms.shards import open_table


def about(folder: Path, *tables: Table) -> dict[str, Any]:
    """The descriptor of tables without rows, each of one file."""
    for table in tables:
        (folder / table.name).mkdir()
        open_table(folder / table.name / "a.parquet", table).close()
    models = [Model("emotions", "mine@0123/fp32", 1, "mit")]
    return datapackage(Snapshot(folder), {table.name: table for table in tables}, models, "1.0", "", "RUN")


def field_of(resource: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [field for field in resource["schema"]["fields"] if field["name"] == name]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("regex", "matches", "refuses"),
    [("[0-9a-f]{2}$", ["0f"], ["0f0", "x0f"]), ("S[1-9]", ["S1", "S1 and more"], ["S", " S1"]), ("", ["", "x"], [])],
)
def test_a_pattern_matches_from_the_start_or_as_a_whole(regex: str, matches: list[str], refuses: list[str]) -> None:
    for text in (*matches, *refuses):
        assert bool(re.match(regex, text)) == bool(re.fullmatch(whole_pattern(regex), text)) == (text in matches)


def test_rows_point_only_into_tables_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (alone,) = about(tmp_path / "alone", TABLES["segments"])["resources"]
    assert "foreignKeys" not in alone["schema"]
    (tmp_path / "both").mkdir()
    _, segments = about(tmp_path / "both", TABLES["recordings"], TABLES["segments"])["resources"]
    key = {"fields": ["recording_id"], "reference": {"resource": "recordings", "fields": ["recording_id"]}}
    assert segments["schema"]["foreignKeys"] == [key]
    assert segments["schema"]["primaryKey"] == ["segment_id"]


def test_bounds_of_lists_are_those_of_their_elements(tmp_path: Path) -> None:
    emotions, embeddings = about(tmp_path, TABLES["emotions"], TABLES["embeddings"].with_vector("embedding", 4))[
        "resources"
    ]
    assert field_of(embeddings, "embedding")["constraints"] == {"required": True, "minLength": 4, "maxLength": 4}
    assert field_of(embeddings, "embedding")["elements"] == {"type": "float"}
    assert field_of(emotions, "probabilities")["constraints"] == {"required": True}
    _, probability = field_of(emotions, "probabilities")["elements"]
    assert (probability["minimum"], probability["maximum"]) == (0, 1)
    assert field_of(emotions, "confidence")["constraints"] == {"required": True, "minimum": 0, "maximum": 1}


def test_columns_of_the_user_have_the_types_of_the_standard(tmp_path: Path) -> None:
    own = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "date": pa.date32()}
    table = TABLES["recordings"].with_columns([pa.field(f"own_{name}", type) for name, type in own.items()])
    (recordings,) = about(tmp_path, table)["resources"]
    fields = [field_of(recordings, f"own_{name}") for name in own]
    assert [field["type"] for field in fields] == ["string", "integer", "number", "boolean", "date"]
    assert {"constraints"} & {name for field in fields for name in field} == set()
    assert fields[0]["description"].startswith("your own, from the metadata, where all files of the recording")


def test_a_column_of_the_user_says_what_its_table_has_of_it_and_where_it_is_from(tmp_path: Path) -> None:
    table = TABLES["files"].with_columns([column("station", pa.string(), "from airings.csv", nullable=True)])
    (files,) = about(tmp_path, table)["resources"]
    told = "your own, of the row of the metadata that names this file (from airings.csv)"
    assert field_of(files, "station")["description"] == told


def test_a_table_of_many_files_names_them_all(tmp_path: Path) -> None:
    about(tmp_path, TABLES["windows"])
    open_table(tmp_path / "windows" / "b.parquet", TABLES["windows"]).close()
    tables = {"windows": TABLES["windows"]}
    (windows,) = datapackage(Snapshot(tmp_path), tables, [], "1.0", "2026-01-02T03:04:05Z", "RUN")["resources"]
    assert windows["path"] == ["windows/a.parquet", "windows/b.parquet"]
