"""A snapshot in the words of the Frictionless Data Package standard (v2), which many programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.store.licences import MODELS, OURS, Model
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES
from schemas.file_format import FORMAT, described
from schemas.inventory import OWN_COLUMN
from schemas.table import Table, is_list, rules_of

STANDARD = "https://datapackage.org/profiles/2.0/datapackage.json"


def datapackage(
    snapshot: Snapshot, tables: Mapping[str, Table], models: Sequence[Model], version: str, created: str, run_id: str
) -> dict[str, Any]:
    """The descriptor: a resource for each table, and under :data:`OURS` what the standard has no name for.

    Args:
        tables: all that the snapshot has.
        version: of Earwitness.
        created: when the run began, as text of ISO 8601; empty where nobody knows.
    """
    return {
        "$schema": STANDARD,
        "name": "earwitness-corpus",
        "title": "Tables of an Earwitness corpus",
        "description": "Audio recordings as tables: what was said, and how voices and surroundings sound.",
        **({"created": created} if created else {}),
        OURS: {
            "version": version,
            "snapshot": run_id,
            "format": FORMAT,
            MODELS: [one._asdict() for one in models],
        },
        "resources": [_resource(snapshot, table, tables) for table in tables.values()],
    }


def _resource(snapshot: Snapshot, table: Table, tables: Mapping[str, Table]) -> dict[str, Any]:
    paths = [path.relative_to(snapshot.folder).as_posix() for path in snapshot.files(table.name)]
    pointing = [
        {"fields": list(one.columns), "reference": {"resource": one.to, "fields": list(one.columns)}}
        for one in table.references
        if one.to in tables
    ]
    return {
        "name": table.name,
        "type": "table",
        "path": paths[0] if len(paths) == 1 else paths,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": f"One row is {table.row}.",
        "rows": snapshot.count(table.name),
        "schema": {
            "fields": [
                _field(column, told, table.name)
                for column, told in zip(table.schema, described(table)["columns"], strict=True)
            ],
            **({"primaryKey": list(table.key)} if table.key else {}),
            **({"foreignKeys": pointing} if pointing else {}),
        },
    }


def _field(column: pa.Field, told: Mapping[str, Any], table: str) -> dict[str, Any]:
    """A column: what the standard names of it, and beside that the unit, and of lists their elements."""
    found = {"name": column.name, "type": _type(column.type), "description": _meaning(column.name, told, table)}
    if pa.types.is_binary(column.type):
        found["format"] = "binary"
    found |= {name: told[name] for name in ("unit", "norm") if name in told}
    if is_list(column.type):  # bounds are those of its elements
        bounds = {name: told[name] for name in ("minimum", "maximum") if name in told}
        found["elements"] = told.get("elements", {"type": str(column.type.value_type), **bounds})
    return {**found, "constraints": constraints} if (constraints := _constraints(column)) else found


def _meaning(column: str, told: Mapping[str, Any], table: str) -> str:
    """What a column means; of one of the user's, what its table has of it and where it is from."""
    meaning = told.get("meaning", "")
    if table not in OWN_COLUMN or column in TABLES[table].schema.names:
        return meaning
    return f"{OWN_COLUMN[table]} ({meaning})" if meaning else OWN_COLUMN[table]


def _constraints(column: pa.Field) -> dict[str, Any]:
    rules = rules_of(column)
    found: dict[str, Any] = {} if column.nullable else {"required": True}
    if is_list(column.type):
        fixed = column.type.list_size if pa.types.is_fixed_size_list(column.type) else None
        length = fixed if fixed is not None else rules.get("length")
        return found if length is None else {**found, "minLength": length, "maxLength": length}
    found |= {name: rules[ours] for ours, name in _BOUNDS.items() if ours in rules}
    if "regex" in rules:
        found["pattern"] = whole_pattern(rules["regex"])
    return found


def whole_pattern(regex: str) -> str:
    """A pattern that a text has to match from its start, as one that it has to match as a whole."""
    return regex[:-1] if regex.endswith("$") else f"{regex}.*"


_BOUNDS: Mapping[str, str] = {"low": "minimum", "high": "maximum", "oneof": "enum"}


def _type(type: pa.DataType) -> str:
    for name, fits in (
        ("boolean", pa.types.is_boolean),
        ("integer", pa.types.is_integer),
        ("number", pa.types.is_floating),
        ("datetime", pa.types.is_timestamp),
        ("date", pa.types.is_date),
        ("array", is_list),
    ):
        if fits(type):
            return name
    return "string"
