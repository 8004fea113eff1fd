"""No rule of a declaration is forgotten: each has an expectation that says and holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import great_expectations.expectations as gxe
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audit.expectations import FLOAT_TOLERANCE, NORM_TOLERANCE, flat_view, measures, suite
from schemas.catalog import TABLES
from schemas.table import Table, column, rules_of

SIZED = TABLES | {name: TABLES[name].with_vector("embedding", 512) for name in ("embeddings", "speakers")}


def declared_rules() -> Iterator[tuple[str, str, str | None, str, Any]]:
    """(table, column, part of its elements or None, rule, value) of every rule; also of those in lists."""
    for name, table in SIZED.items():
        for field in table.schema:
            listed = pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type)
            for part in (None, *(field.type.value_type.fields if listed else ())):
                for rule, value in rules_of(part or field).items():
                    if rule not in ("doc", "unit", "repeats"):
                        yield name, field.name, part and part.name, rule, value
            if not field.nullable:
                yield name, field.name, None, "not null", True
            if pa.types.is_fixed_size_list(field.type):
                yield name, field.name, None, "length", field.type.list_size


def holds(expectation: Any, rule: str, value: Any) -> bool:
    """Whether the expectation fails on what the rule forbids, to within the stated tolerance."""
    between = isinstance(expectation, gxe.ExpectColumnValuesToBeBetween)
    if rule == "low":
        return between and expectation.min_value == pytest.approx(value, abs=2 * FLOAT_TOLERANCE * max(1, abs(value)))
    if rule == "high":
        return between and expectation.max_value == pytest.approx(value, abs=2 * FLOAT_TOLERANCE * max(1, abs(value)))
    if rule == "length":
        return between and expectation.min_value == expectation.max_value == value
    if rule == "norm":
        return between and (expectation.min_value, expectation.max_value) == pytest.approx(
            (value - NORM_TOLERANCE, value + NORM_TOLERANCE)
        )
    if rule == "oneof":
        return isinstance(expectation, gxe.ExpectColumnValuesToBeInSet) and expectation.value_set == value
    if rule == "regex":
        anchored = f"^(?:{value})"
        return isinstance(expectation, gxe.ExpectColumnValuesToMatchRegex) and expectation.regex == anchored
    return rule == "not null" and isinstance(expectation, gxe.ExpectColumnValuesToNotBeNull)


def flat(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """The flat view of the rows, by way of a file: DuckDB reads float16 from Parquet only."""
    with TemporaryDirectory() as folder:
        path = f"{folder}/rows.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
        return duckdb.sql(f"SELECT {flat_view(table)} FROM '{path}'").arrow().read_all()


@pytest.mark.parametrize("name", SIZED)
def test_every_rule_has_its_expectation(name: str) -> None:
    expectations = suite(SIZED[name]).expectations
    for table, column_name, part, rule, value in declared_rules():
        if table != name:
            continue
        held = [
            e.meta["says"]
            for e in expectations
            if column_name in e.meta["columns"] and (part is None or part in e.meta["says"]) and holds(e, rule, value)
        ]
        assert held, f"{name}.{column_name}{'.' + part if part else ''}: nothing holds {rule} {value}"


@pytest.mark.parametrize("name", SIZED)
def test_each_measure_and_each_saying_is_told_from_the_others(name: str) -> None:
    names = [m.name for m in measures(SIZED[name])]
    sayings = [e.meta["says"] for e in suite(SIZED[name]).expectations]
    assert len(set(names)) == len(names)
    assert len(set(sayings)) == len(sayings)
    assert set(names) >= {e.column for e in suite(SIZED[name]).expectations}


@pytest.mark.parametrize("name", SIZED)
def test_the_flat_view_holds_no_lists_and_no_bytes(name: str) -> None:
    view = flat(SIZED[name], [])
    for field in view.schema:
        assert not pa.types.is_nested(field.type)
        assert not pa.types.is_binary(field.type)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.floats(-1, 1, width=16), min_size=3, max_size=3), min_size=1, max_size=20))
def test_the_norm_is_numpys(vectors: list[list[float]]) -> None:
    field = column("v", pa.list_(pa.field("item", pa.float32(), nullable=False), 3), "a vector", norm=1)
    table = Table("vectors", "a vector", pa.schema([field]), ())
    measured = flat(table, [{"v": [np.float16(x) for x in v]} for v in vectors]).to_pydict()
    # float32 sums of three squares
    np.testing.assert_allclose(measured["v__norm"], np.linalg.norm(vectors, axis=1), rtol=1e-5, atol=1e-7)
    assert measured["v__len"] == [3] * len(vectors)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.floats(width=32) | st.none(), max_size=5), min_size=1, max_size=20))
def test_the_least_and_the_greatest_are_those_of_the_list_and_nan_is_infinite(lists: list[list[float | None]]) -> None:
    field = column("x", pa.list_(pa.float32()), "some values", low=0, high=1)
    measured = flat(Table("lists", "a list", pa.schema([field]), ()), [{"x": values} for values in lists]).to_pydict()
    for values, least, most in zip(lists, measured["x__min"], measured["x__max"], strict=True):
        known = [np.inf if np.isnan(v) else v for v in values if v is not None]
        assert most == max(known, default=None)
        assert least == min(known, default=None)


def test_a_text_has_to_match_from_its_start() -> None:
    (expectation,) = [
        e for e in suite(TABLES["segments"]).expectations if isinstance(e, gxe.ExpectColumnValuesToMatchRegex)
    ]
    assert re.search(expectation.regex, "0" * 32)
    assert not re.search(expectation.regex, "x" + "0" * 32)


def test_a_column_of_the_users_may_hold_any_value() -> None:
    user = [pa.field("weight", pa.float64()), pa.field("notes", pa.string())]
    extended = TABLES["recordings"].with_columns(user)
    assert measures(extended) == measures(TABLES["recordings"])
