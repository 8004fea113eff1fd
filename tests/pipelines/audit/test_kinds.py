"""Expectations that are told once what they are asked answer as Great Expectations' own do."""

from __future__ import annotations

import copy
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from pipelines.audit.kinds import ValuesBetween, ValuesInSet, ValuesMatchRegex, ValuesNotNull
from pipelines.audit.values import NOT_NULL, SAMPLE, Expectations

PAIRS: list[tuple[Any, Any, dict[str, Any]]] = [
    (ValuesNotNull, gxe.ExpectColumnValuesToNotBeNull, {"column": "number"}),
    (ValuesBetween, gxe.ExpectColumnValuesToBeBetween, {"column": "number", "min_value": 0, "max_value": 2}),
    (ValuesBetween, gxe.ExpectColumnValuesToBeBetween, {"column": "number", "min_value": -9, "max_value": 9}),
    (ValuesInSet, gxe.ExpectColumnValuesToBeInSet, {"column": "word", "value_set": ["one", "two"]}),
    (ValuesMatchRegex, gxe.ExpectColumnValuesToMatchRegex, {"column": "word", "regex": "^(?:[a-z]+)"}),
]
ROWS = pd.DataFrame({"number": [0.5, None, 3.0, -1.0], "word": ["one", "2", None, "three"]})


def answers(kinds: list[Any], rows: pd.DataFrame) -> list[tuple[bool, dict[str, Any]]]:
    asked = [
        kind(meta={"says": str(at), "columns": []}, **words)
        for at, (kind, (*_, words)) in enumerate(zip(kinds, PAIRS, strict=True))
    ]
    form = {"result_format": "COMPLETE", "partial_unexpected_count": SAMPLE}
    found = Expectations().of("table", rows, gx.ExpectationSuite(name="table", expectations=asked), form)
    by_number = {says: (success, dict(result)) for says, _, success, result in found}
    return [by_number[str(at)] for at in range(len(PAIRS))]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[:0]], ids=["faulty", "sound", "none"])
def test_they_answer_as_their_kind(rows: pd.DataFrame) -> None:
    ours = answers([pair[0] for pair in PAIRS], rows)
    theirs = answers([pair[1] for pair in PAIRS], rows)
    assert repr(ours) == repr(theirs)  # NaN is no NaN
    assert {success for success, _ in ours} == ({True, False} if len(rows) == len(ROWS) else {True})


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0].__name__)
def test_the_configuration_is_that_of_the_fields(pair: tuple[Any, Any, dict[str, Any]]) -> None:
    ours, theirs = (kind(meta={"says": "it"}, **pair[2]) for kind in pair[:2])
    assert ours.configuration is ours.configuration
    assert ours.configuration.kwargs == theirs.configuration.kwargs
    assert ours.configuration.meta == theirs.configuration.meta
    other = copy.copy(ours)
    other.column = "another"
    assert other.configuration.kwargs["column"] == "another"
    assert ours.configuration.kwargs["column"] == pair[2]["column"]
    ours.notes = "changed"
    assert ours.configuration.notes == "changed"


def test_the_name_by_which_nulls_are_told_apart() -> None:
    assert ValuesNotNull.expectation_type == NOT_NULL
