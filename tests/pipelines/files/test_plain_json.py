"""JSON that every program reads, and that steers no terminal."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pipelines.files.plain_json import json_of
from tests.pipelines.files.test_printable import HOSTILE, steers


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [{"a": -float("inf")}]])
def test_json_has_no_numbers_that_are_none(value: Any) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    assert "null" in json_of(value)
    json.loads(json_of(value), parse_constant=refuse)


def test_json_says_the_same_without_what_steers() -> None:
    text = json_of({"name": HOSTILE}, indent=1)
    assert not steers(text)
    assert json.loads(text) == {"name": HOSTILE}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("170141183460469231731687303715884105727"), "170141183460469231731687303715884105727"),
        (Decimal("0.25"), "0.25"),
        (Decimal("0.1234567890123456789"), '"0.1234567890123456789"'),
        (Decimal("NaN"), "null"),
        (datetime.date(2026, 5, 4), '"2026-05-04"'),
        (b"\x00\xff", '"00ff"'),
        (np.float32(0.5), '"0.5"'),
        ({1: (True, None)}, '{"1": [true, null]}'),
        ("Čeština", '"Čeština"'),
    ],
)
def test_no_digit_is_lost_and_every_value_has_its_words(value: Any, said: str) -> None:
    assert json_of(value) == said
