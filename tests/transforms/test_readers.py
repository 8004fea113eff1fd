"""What people do with the columns once they are read: texts are texts, and a filter opens no more than it must.

Every table in many programs and versions: ``make interop``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from schemas.catalog import TABLES
from tests.transforms.test_shards import SIZED, batch_of, written

TEXTS = [
    (name, field.name) for name, table in SIZED.items() for field in table.schema if pa.types.is_string(field.type)
]
LISTED = [("transcripts", "words", "word"), ("emotions", "probabilities", "label"), ("sounds", "tags", "label")]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {
        name: written(tmp_path_factory.mktemp("readers"), table, batch_of(table, n=10)) for name, table in SIZED.items()
    }


@pytest.mark.parametrize(("name", "column"), TEXTS)
def test_polars_functions_for_text(name: str, column: str, paths: dict[str, Path]) -> None:
    values = pq.read_table(paths[name])[column].to_pylist()
    text = pl.col(column)
    found = pl.read_parquet(paths[name]).select(
        upper=text.str.to_uppercase(),
        contains=text.str.contains("quoted"),
        glued=text + "/x",
        filled=text.fill_null("none"),
        length=text.str.len_chars(),
    )
    assert found["upper"].to_list() == [value and value.upper() for value in values]
    assert found["contains"].to_list() == [value and '"quoted"' in value for value in values]
    assert found["glued"].to_list() == [value and f"{value}/x" for value in values]
    assert found["filled"].to_list() == [value or "none" for value in values]
    assert found["length"].to_list() == [value and len(value) for value in values]


@pytest.mark.parametrize(("name", "column", "part"), LISTED)
def test_polars_functions_for_text_in_lists(name: str, column: str, part: str, paths: dict[str, Path]) -> None:
    rows = pq.read_table(paths[name])[column].to_pylist()
    parts = pl.read_parquet(paths[name]).explode(column).drop_nulls(column).select(pl.col(column).struct.field(part))
    expected = [one[part].upper() for row in rows for one in row]
    assert expected
    assert parts.to_series().str.to_uppercase().to_list() == expected


@pytest.mark.parametrize(("name", "column"), TEXTS)
def test_pandas_takes_ids_and_labels_for_text(name: str, column: str, paths: dict[str, Path]) -> None:
    values = pq.read_table(paths[name])[column].to_pylist()
    known = [value for value in values if value is not None]
    texts = pd.read_parquet(paths[name].parent)[column]
    assert pd.api.types.is_string_dtype(texts.dtype) or texts.dtype == object
    assert (texts + "/x").dropna().tolist() == [f"{value}/x" for value in known]
    assert texts.where(texts != known[0], "other").dropna().tolist() == [
        "other" if value == known[0] else value for value in known
    ]
    assert texts.fillna("none").tolist() == [value or "none" for value in values]
    assert texts.dropna().max() == max(known)
    # No groups of labels that stand in no row that is left.
    assert texts[texts == known[0]].to_frame().groupby(column).size().to_dict() == {known[0]: known.count(known[0])}
    assert pd.concat([texts, pd.Series(["another"])]).dtype == texts.dtype


@pytest.mark.parametrize("name", ["embeddings", "speakers"])
def test_vectors_are_numbers_that_numpy_computes_with(name: str, paths: dict[str, Path]) -> None:
    vectors = np.stack(pd.read_parquet(paths[name].parent)["embedding"].to_numpy())
    assert vectors.dtype == np.float32
    assert vectors.tolist() == pq.read_table(paths[name])["embedding"].to_pylist()
    assert np.linalg.norm(vectors, axis=1).shape == (len(vectors),)


def test_a_filter_opens_the_row_groups_of_its_recording_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.shards.GROUP_ROWS", 100)
    table = TABLES["windows"]
    named = [
        batch_of(table, n=100).set_column(1, table.schema.field(1), pa.array([f"{i:032x}"] * 100)) for i in range(9)
    ]
    path = written(tmp_path, table, *named)
    assert pq.ParquetFile(path).metadata.num_row_groups == 9
    wanted = ds.field("recording_id") == f"{4:032x}"
    (fragment,) = ds.dataset(path).get_fragments(filter=wanted)
    assert [group.id for group in fragment.split_by_row_group(wanted)[0].row_groups] == [4]
    assert len(fragment.split_by_row_group(wanted)) == 1
    assert pq.read_table(path, filters=wanted).num_rows == 100
