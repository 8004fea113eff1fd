"""How the rows of each recording were made, in a file of the snapshot."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from pipelines.files.damage import DamagedError
from pipelines.files.parquet import read_table
from pipelines.store.readings import joined, split
from schemas.layout import MADE, MADE_BEFORE
from schemas.table import column
from transforms.shards import open_parquet

_SCHEMA = pa.schema(
    [
        column("key", pa.string(), "a recording_id, or the URI of a file without one", nullable=True),
        column("recipes", pa.string(), "as JSON, of each table how its rows were made", repeats=True, nullable=True),
    ]
)


def read_made(snapshot: Path) -> dict[str, Mapping[str, str]]:
    """The recipe of each table, by recording or URI; those of one way share an object.  Nothing where no file says so.

    Raises:
        DamagedError: the file holds no recipes.
    """
    path = next((snapshot / name for name in (MADE, MADE_BEFORE) if os.path.lexists(snapshot / name)), None)
    if path is None:
        return {}
    rows = read_table(path, _SCHEMA.names)
    recipes = {text: _recipes(path, text) for text in rows["recipes"].unique().to_pylist()}
    return {key: recipes[text] for key, text in zip(*(rows[n].to_pylist() for n in _SCHEMA.names), strict=True)}


def write_made(folder: Path, made: Mapping[str, Mapping[str, str]], readings: Mapping[str, str]) -> None:
    """Write them, with the reading of files without a header behind those of its recording."""
    texts: dict[int, str] = {}
    values = []
    for key, recipes in made.items():
        if reading := readings.get(key, ""):
            values.append(json.dumps(dict(joined(split(recipes)[0], reading)), sort_keys=True))
            continue
        if id(recipes) not in texts:
            texts[id(recipes)] = json.dumps(dict(split(recipes)[0]), sort_keys=True)
        values.append(texts[id(recipes)])
    columns = [pa.array(list(made), pa.string()), pa.array(values, pa.string())]
    with open_parquet(folder / MADE, _SCHEMA) as writer:
        writer.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA))


def _recipes(path: Path, text: object) -> dict[str, str]:
    try:
        found = json.loads(str(text))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DamagedError(path, "is damaged (it holds no recipes)")
    return found
