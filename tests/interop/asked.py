"""What every program is asked of a corpus, and what is right: by this environment's pyarrow and plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.catalog import TABLES
from tests.docs.markdown import ROOT, blocks
from tests.interop.readers.answers import Kind, columns_of, exact
from tests.interop.tools import EMPTY

RECIPES = ROOT / "docs" / "recipes.md"
KINDS = (
    (pa.types.is_boolean, "bool"),
    (pa.types.is_integer, "int"),
    (pa.types.is_floating, "float"),
    (pa.types.is_string, "text"),
    (pa.types.is_binary, "bytes"),
    (pa.types.is_timestamp, "time"),
    (pa.types.is_date, "date"),
)


def kind_of(type: pa.DataType) -> Kind:
    if pa.types.is_list(type) or pa.types.is_fixed_size_list(type):
        return {"list": kind_of(type.value_type)}
    if pa.types.is_struct(type):
        return {"struct": {part.name: kind_of(part.type) for part in type}}
    if pa.types.is_dictionary(type):  # of files that an earlier version wrote
        return kind_of(type.value_type)
    return next(kind for test, kind in KINDS if test(type))


def tables_in(snapshot: Path) -> list[str]:
    return [name for name in TABLES if (snapshot / name).is_dir()]


def asked_of(snapshot: Path, empty: Path | None = None) -> dict[str, Any]:
    """The question: the tables of a snapshot, those of another one that hold no rows, and words for the questions."""
    tables = {name: _table(snapshot, name) for name in tables_in(snapshot)}
    if empty is not None:
        without = [name for name in tables_in(empty) if not pq.read_table(empty / name).num_rows]
        tables |= {f"{name}{EMPTY}": _table(empty, name) for name in without}
    labels = pq.read_table(snapshot / "emotions")["label"].to_pylist()
    one = pq.read_table(snapshot / "windows")["recording_id"].to_pylist()[-1]
    scripts = {"spark": _script("from pyspark"), "faiss": _script("import numpy\n") + _script("import faiss")}
    most = Counter(labels).most_common(1)[0][0]
    return {
        "snapshot": str(snapshot),
        "tables": tables,
        "most": most,
        "one": one,
        "begins": one[:6],
        "scripts": scripts,
    }


def _table(snapshot: Path, name: str) -> dict[str, Any]:
    schema = pq.read_table(snapshot / name).schema
    kinds = {field.name: kind_of(field.type) for field in schema}
    key = list(TABLES[name].key) or [column for column, kind in kinds.items() if isinstance(kind, str)]
    return {"folder": str(snapshot / name), "kinds": kinds, "key": key}


def _script(begin: str) -> str:
    """A script of the docs."""
    return next(block.text for block in blocks(RECIPES) if block.text.startswith(begin))


def expected_columns(table: Mapping[str, Any]) -> dict[str, list[str]]:
    return columns_of(pq.read_table(table["folder"]).to_pylist(), table["kinds"], table["key"])


def expected_answers(snapshot: Path) -> dict[str, Any]:
    """The right answer to every question, without a join or a function of any program."""
    asked = asked_of(snapshot)
    rows = {
        name: pq.read_table(snapshot / name).to_pylist()
        for name in ("transcripts", "emotions", "recordings", "files", "windows", "embeddings")
    }
    said = {row["segment_id"]: row for row in rows["transcripts"]}
    region = {row["recording_id"]: row["region"] for row in rows["recordings"]}
    labels = [row["label"] for row in rows["emotions"]]
    joined = sorted(
        (
            row["segment_id"],
            row["start_ms"],
            region[said[row["segment_id"]]["recording_id"]],
            row["label"],
            row["confidence"],
            said[row["segment_id"]]["text"],
        )
        for row in rows["emotions"]
        if row["segment_id"] in said
    )
    texts = {
        "upper": sorted(label.upper() for label in labels),
        "glued": sorted(f"{row['label']}/{row['model']}" for row in rows["emotions"]),
        "begins": sum(row["recording_id"].startswith(asked["begins"]) for row in rows["emotions"]),
        "contains": sum("a" in label for label in labels),
        "largest": max(labels),
        "kept": sorted("other" if label == asked["most"] else label for label in labels),
        "filled": sorted(row["recording_id"] or "none" for row in rows["files"]),
        "groups": {asked["most"]: labels.count(asked["most"])},
    }
    parts = (part for row in rows["emotions"] for part in row["probabilities"])
    vectors = np.array([row["embedding"] for row in rows["embeddings"]])
    near = np.argsort(-(vectors @ vectors[0]), kind="stable")[1:6]
    answers = {
        "nearest": [rows["embeddings"][i]["window_id"] for i in near],
        "joined": joined,
        "texts": texts,
        "one_recording": sorted(r["window_id"] for r in rows["windows"] if r["recording_id"] == asked["one"]),
        "probability": sorted(part["probability"] for part in parts if part["label"] == asked["most"]),
        "of_the_docs": len(joined),
    }
    return {name: exact(answer) for name, answer in answers.items()}


def wrong_columns(table: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """What a program said wrong of a table, by column: the first value that differs, or its error."""
    expected = expected_columns(table)
    return differences(found["is"], expected) if "is" in found else dict.fromkeys(expected, found["error"])


def differences(found: Mapping[str, list[str]], expected: Mapping[str, list[str]]) -> dict[str, str]:
    """What differs, by column: the first value that does."""
    return {name: said for name in expected if (said := _difference(found.get(name), expected[name]))}


def _difference(found: list[str] | None, expected: list[str]) -> str | None:
    if found is None:
        return "there is no such column"
    if len(found) != len(expected):
        return f"{len(found)} rows instead of {len(expected)}"
    pairs: Iterable[tuple[int, tuple[str, str]]] = enumerate(zip(found, expected, strict=True))
    return next((f"row {i}: {one} instead of {other}" for i, (one, other) in pairs if one != other), None)
