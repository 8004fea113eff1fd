"""Declarations: rules are kept in the schema, and sizing or extending a table changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalog import TABLES
from schemas.speech import SEGMENTS
from schemas.table import column, rules_of

BOUND = st.none() | st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(max_size=20)


@given(
    doc=TEXT,
    unit=st.none() | TEXT,
    low=BOUND,
    high=BOUND,
    oneof=st.none() | st.lists(TEXT, max_size=3),
    regex=st.none() | TEXT,
    length=st.none() | st.integers(0, 5000),
    norm=st.none() | st.floats(0, 10),
    nullable=st.booleans(),
)
def test_a_column_gives_its_rules_back(doc: str, nullable: bool, **rules: object) -> None:
    made = column("name", pa.string(), doc, nullable=nullable, **rules)  # type: ignore[arg-type]
    assert rules_of(made) == {"doc": doc, **{name: rule for name, rule in rules.items() if rule is not None}}
    assert made.nullable == nullable
    assert made.equals(pa.field("name", pa.string(), nullable=nullable))


def test_a_foreign_field_has_no_rules() -> None:
    assert rules_of(pa.field("year", pa.int64())) == {}
    assert rules_of(pa.field("year", pa.int64(), metadata={"doc": "of the interview"})) == {}


@pytest.mark.parametrize("name", TABLES)
def test_a_schema_survives_the_file(name: str, tmp_path: Path) -> None:
    schema = TABLES[name].schema
    pq.write_table(schema.empty_table(), tmp_path / "empty.parquet")
    read = pq.read_schema(tmp_path / "empty.parquet")
    assert read.equals(schema)
    assert [rules_of(field) for field in read] == [rules_of(field) for field in schema]


@pytest.mark.parametrize("name", ["embeddings", "speakers"])
def test_a_vector_is_sized_and_nothing_else_changes(name: str) -> None:
    table = TABLES[name]
    sized = table.with_vector("embedding", 512)
    assert sized.schema.names == table.schema.names
    vector = sized.schema.field("embedding")
    assert vector.type == pa.list_(pa.field("item", pa.float32(), nullable=False), 512)
    assert rules_of(vector) == rules_of(table.schema.field("embedding"))
    assert not vector.nullable
    assert [f for f in sized.schema if f.name != "embedding"] == [f for f in table.schema if f.name != "embedding"]
    assert (sized.key, sized.references) == (table.key, table.references)
    assert not pa.types.is_fixed_size_list(table.schema.field("embedding").type)


def test_the_users_columns_stand_behind_the_tables_own() -> None:
    year, place = pa.field("year", pa.int64()), pa.field("place", pa.string())
    table = SEGMENTS.with_columns([year, place])
    assert table.schema.names == [*SEGMENTS.schema.names, "year", "place"]
    assert table.schema.field("year") == year
    assert "year" not in SEGMENTS.schema.names


@pytest.mark.parametrize("name", ["start_ms", "year"])
def test_a_users_column_cannot_take_a_name_that_is_there(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' .* 'segments' already: rename it"):
        SEGMENTS.with_columns([pa.field("year", pa.int64()), pa.field(name, pa.int64())])
