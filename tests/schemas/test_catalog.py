"""The tables fit together, and a choice of tables brings what it needs."""

from __future__ import annotations

from itertools import chain, combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalog import INVENTORY, OF_RUNS, TABLES, nearest, tables_for
from schemas.columns import STRETCH
from schemas.jobs import JOBS
from schemas.table import rules_of

CHOICES = list(chain.from_iterable(combinations(JOBS, n) for n in range(len(JOBS) + 1)))


@pytest.mark.parametrize("name", TABLES)
def test_keys_and_references_are_columns(name: str) -> None:
    table = TABLES[name]
    assert table.name == name
    assert set(table.key) <= set(table.schema.names)
    assert not any(table.schema.field(column).nullable for column in table.key)
    for reference in table.references:
        other = TABLES[reference.to]
        assert set(reference.columns) == set(other.key)
        for column in reference.columns:
            mine, theirs = table.schema.field(column), other.schema.field(column)
            assert mine.type == theirs.type


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_explained(name: str) -> None:
    for column in TABLES[name].schema:
        assert rules_of(column)["doc"]
        listed = pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type)
        parts = column.type.value_type.fields if listed else []
        assert all(rules_of(part)["doc"] for part in parts)


@pytest.mark.parametrize("name", OF_RUNS)
def test_what_a_table_points_into_is_made_with_it(name: str) -> None:
    made = tables_for([name], JOBS)
    for table in made:
        assert {reference.to for reference in TABLES[table].references} <= set(made)
        assert set(TABLES[table].needs) <= set(made)


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if {"start_ms", "end_ms"} <= set(t.schema.names)])
def test_rows_about_a_stretch_say_which(name: str) -> None:
    assert {field.name for field in STRETCH} <= set(TABLES[name].schema.names)


def test_each_job_fills_the_table_of_its_name_and_says_which_model() -> None:
    for job in JOBS:
        assert TABLES[job].made_by == job
        assert "model" in TABLES[job].schema.names


@pytest.mark.parametrize("jobs", CHOICES, ids=",".join)
def test_without_a_wish_every_table_that_can_be_made_is_but_those_for_the_asking(jobs: tuple[str, ...]) -> None:
    for_the_asking = {name for name, table in TABLES.items() if table.asked_for_by_name or table.command}
    assert for_the_asking >= {"waveforms", "tags", "speaker_labels"}
    cannot = (set(JOBS) - set(jobs)) | for_the_asking
    assert tables_for(None, jobs) == tuple(name for name in TABLES if name not in cannot)


@given(st.sets(st.sampled_from(list(OF_RUNS))))
def test_a_wish_is_kept_in_the_order_of_the_catalog(asked: set[str]) -> None:
    made = tables_for(asked, JOBS)
    assert asked | set(INVENTORY) <= set(made)
    assert list(made) == [name for name in TABLES if name in made]
    assert tables_for(made, JOBS) == made


def test_one_table_brings_what_it_needs_and_no_more() -> None:
    assert tables_for(["transcripts"], ["transcripts"]) == (
        "files",
        "recordings",
        "segments",
        "transcripts",
        "errors",
        "runs",
    )
    assert tables_for([], []) == INVENTORY


def test_an_unknown_table_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="unknown table 'transcript': did you mean 'transcripts'"):
        tables_for(["transcript"], JOBS)
    with pytest.raises(ValueError, match="unknown table 'zzz': choose from files, recordings"):
        tables_for(["zzz"], JOBS)


def test_a_table_that_no_run_makes_is_refused() -> None:
    with pytest.raises(ValueError, match="no run makes the table 'tags': `earwitness tag` does"):
        tables_for(["tags"], JOBS)


def test_a_table_without_its_checkpoint_is_refused() -> None:
    with pytest.raises(ValueError, match="--model speakers=NAME_OR_FOLDER"):
        tables_for(["speakers"], ["emotions"])


def test_the_nearest_name() -> None:
    assert nearest("emotoins", JOBS) == ": did you mean 'emotions'?"
    assert nearest("q", ("a", "b")) == ": choose from a, b"
