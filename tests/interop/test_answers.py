"""A program that reads a value wrong is seen; needs no other program."""

from __future__ import annotations

import datetime
import math
import re
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.interop.asked import RECIPES, differences, kind_of, wrong_columns
from tests.interop.readers.answers import Kind, columns_of, plain
from tests.interop.tools import TOOLS, Tool

NOON = datetime.datetime(2026, 3, 5, 12, tzinfo=UTC)
WORD = {"word": "one", "start_ms": 20}
SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "share": pa.float32(),
        "channel": pa.int16(),
        "silence": pa.bool_(),
        "data": pa.binary(),
        "started": pa.timestamp("us", "UTC"),
        "day": pa.date32(),
        "embedding": pa.list_(pa.float32()),
        "words": pa.list_(pa.struct({"word": pa.string(), "start_ms": pa.int32()})),
    }
)
KINDS: dict[str, Kind] = {field.name: kind_of(field.type) for field in SCHEMA}
RIGHT: dict[str, Any] = {
    "id": "007",
    "share": float(np.float32(0.1)),
    "channel": 0,
    "silence": False,
    "data": b"\x00\xff",
    "started": NOON,
    "day": datetime.date(2026, 3, 5),
    "embedding": [0.5, float(np.float32(1 / 3))],
    "words": [WORD, {"word": "two", "start_ms": 40}],
}
WRONG = [
    ("id", "7"),
    ("id", 7),
    ("id", b"007"),
    ("id", None),
    ("share", 0.1),
    ("share", math.nextafter(float(np.float32(0.1)), 1)),
    ("share", math.nan),
    ("channel", 0.0),
    ("channel", False),
    ("channel", None),
    ("silence", 0),
    ("data", b"\x00\xfe"),
    ("data", "\x00\xff"),
    ("started", NOON + datetime.timedelta(microseconds=1)),
    ("started", NOON.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=5)))),
    ("started", NOON.replace(tzinfo=None)),
    ("day", datetime.date(2026, 3, 4)),
    ("day", NOON),
    ("embedding", [0.5]),
    ("embedding", [float(np.float32(1 / 3)), 0.5]),
    ("embedding", [0.5, None]),
    ("embedding", [0.5, 1 / 3]),
    ("embedding", None),
    ("words", []),
    ("words", [WORD, {"word": "two", "start_ms": 41}]),
    ("words", [WORD, {"word": "two"}]),
    ("words", [WORD, None]),
    ("words", str([WORD])),
]


@pytest.mark.parametrize(("column", "value"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_value_is_seen(column: str, value: Any) -> None:
    rows = [RIGHT, {**RIGHT, "id": "008"}]
    expected = columns_of(rows, KINDS, ["id"])
    assert differences(columns_of(rows[::-1], KINDS, ["id"]), expected) == {}
    found = columns_of([{**RIGHT, column: value}, rows[1]], KINDS, ["id"])
    assert column in differences(found, expected)


def test_a_value_in_another_row_and_a_row_that_is_lost_are_seen() -> None:
    rows = [{**RIGHT, "id": f"{i}", "channel": i} for i in range(3)]
    expected = columns_of(rows, KINDS, ["id"])
    moved = [{**row, "channel": 2 - row["channel"]} for row in rows]
    assert set(differences(columns_of(moved, KINDS, ["id"]), expected)) == {"channel"}
    assert set(differences(columns_of(rows[:2], KINDS, ["id"]), expected)) == set(KINDS)
    assert differences({name: column for name, column in expected.items() if name != "day"}, expected) == {
        "day": "there is no such column"
    }


def test_a_long_value_is_held_to_its_end() -> None:
    long = [float(i) for i in range(1000)]
    expected = columns_of([{**RIGHT, "embedding": long}], KINDS, ["id"])
    found = columns_of([{**RIGHT, "embedding": [*long[:-1], 999.5]}], KINDS, ["id"])
    assert set(differences(found, expected)) == {"embedding"}


def test_what_pandas_makes_of_a_null_is_one() -> None:
    """And nothing else: a float that is not whole is no whole number."""
    assert [plain(value, "int", loose=True) for value in (math.nan, 3.0, 3)] == [None, 3, 3]
    assert plain(math.nan, "float", loose=True) is None
    assert plain(3.5, "int", loose=True) not in (3, 3.5)
    assert plain(3.0, "int") not in (3, 3.0)


class Here(Tool):
    """The script of pyarrow in this environment."""

    def python(self) -> Path:
        return Path(sys.executable)


def test_from_a_file_through_a_script(tmp_path: Path) -> None:
    tool = Here(("here==1",), ("read_pyarrow.py",), ())
    (tmp_path / "table").mkdir()

    def written(row: dict[str, Any]) -> None:
        pq.write_table(pa.Table.from_pylist([row], SCHEMA), tmp_path / "table" / "a.parquet")

    written(RIGHT)
    table = {"folder": str(tmp_path / "table"), "kinds": KINDS, "key": ["id"]}
    found = tool.answers({"tables": {"table": table, "gone": {**table, "folder": "gone"}}}, tmp_path)["tables"]
    assert wrong_columns(table, found["table"]) == {}
    assert set(wrong_columns(table, found["gone"])) == set(KINDS)
    assert "FileNotFoundError" in found["gone"]["error"]
    written({**RIGHT, "share": 0.25})
    assert set(wrong_columns(table, found["table"])) == {"share"}


def test_a_script_that_dies_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="here 1 gave no answer"):
        Here(("here==1",), ("no_such.py",), ()).answers({"tables": {}}, tmp_path)


NAMES = {"Spark": "pyspark", "Polars": "polars", "DuckDB": "duckdb", "`datasets`": "datasets"}
NAMES |= {"pandas with pyarrow": "pandas", "fastparquet": "fastparquet"}


def test_the_versions_in_the_docs_are_those_that_are_tried() -> None:
    rows = re.findall(r"^\| (\S[^|]*) \| ([\d.]+)[^|]* \| ([\d.]+)[^|]* \|", RECIPES.read_text(), re.MULTILINE)
    said = {NAMES[program]: (oldest, newest) for program, oldest, newest in rows}
    tried: dict[str, list[tuple[int, ...]]] = {}
    for tool in TOOLS:
        program, _, version = tool.packages[0].partition("==")
        tried.setdefault(program, []).append(tuple(map(int, version.split(".")[:2])))
    assert set(said) == set(tried) - {"pyarrow", "faiss-cpu"}
    for program, ends in said.items():
        assert [".".join(map(str, end(tried[program]))) for end in (min, max)] == list(ends), program
