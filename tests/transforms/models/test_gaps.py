"""Weights that do not fill a class are refused by their names, unless nothing hangs on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from transforms.models.checkpoint import Checkpoint, Located, ModelError
from transforms.models.gaps import HARMLESS_MISSING, HARMLESS_UNEXPECTED, refuse_gaps

WHOLE: dict[str, Any] = {"missing_keys": [], "mismatched_keys": [], "unexpected_keys": [], "error_msgs": []}


@pytest.fixture
def located(tmp_path: Path) -> Located:
    return Located("emotions", Checkpoint("mine"), tmp_path, None)


def test_what_is_whole_or_harmless_is_taken(located: Located) -> None:
    refuse_gaps(located, "A", WHOLE)
    missing, unexpected = ([f"wav2vec2.{name}" for name in those] for those in (HARMLESS_MISSING, HARMLESS_UNEXPECTED))
    refuse_gaps(located, "A", {**WHOLE, "missing_keys": missing, "unexpected_keys": set(unexpected)})


@pytest.mark.parametrize(
    ("gaps", "told"),
    [
        ({"missing_keys": ["classifier.weight"]}, "they lack classifier.weight:"),
        ({"missing_keys": [f"layer.{n}" for n in range(5)]}, "lack layer.0, layer.1, layer.2 and 2 more:"),
        ({"mismatched_keys": [("head", (2, 3), (4, 3))]}, "have in another shape head:"),
        ({"unexpected_keys": ["other.weight"]}, "hold beyond it other.weight:"),
        ({"error_msgs": ["x" * 500]}, f"could not be read {'x' * 200}:"),
        ({"missing_keys": ["a"], "unexpected_keys": ["b"]}, "they lack a; hold beyond it b:"),
        ({"missing_keys": ["my_position_ids"]}, "lack my_position_ids:"),  # only the last part of a name is known
    ],
)
def test_gaps_are_named(located: Located, gaps: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelError) as caught:
        refuse_gaps(located, "HubertForSequenceClassification", {**WHOLE, **gaps})
    assert told in str(caught.value)
    assert "do not fill HubertForSequenceClassification" in str(caught.value)
