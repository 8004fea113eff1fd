"""Modules that are imported when they are used, or not at all; afterwards they are as they ever were."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from transforms.imports import deferred, hidden

HEAVY = "heavy_for_a_test"


@pytest.fixture(autouse=True)
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module with a function and a class, and one that imports both."""
    (tmp_path / f"{HEAVY}.py").write_text(
        "def double(value, *, more=0):\n    return 2 * value + more\n\n"
        "class Box:\n    kind = 'box'\n    def __init__(self, held):\n        self.held = held\n"
    )
    (tmp_path / "needs_heavy.py").write_text(f"import {HEAVY} as heavy\nfrom {HEAVY} import Box, double\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in (HEAVY, "needs_heavy"):
        sys.modules.pop(name, None)


def test_a_deferred_module_is_imported_when_something_of_it_is_called() -> None:
    with deferred(HEAVY):
        needs = importlib.import_module("needs_heavy")
    assert HEAVY not in sys.modules
    assert needs.double(3, more=1) == 7
    assert HEAVY in sys.modules
    assert needs.heavy.double(2) == 4
    assert needs.Box(5).held == 5
    assert needs.Box.kind == "box"


def test_it_may_be_called_before_the_import_is_over() -> None:
    with deferred(HEAVY):
        needs = importlib.import_module("needs_heavy")
        assert needs.double(3) == 6
    assert sys.modules[HEAVY].double(1) == 2


def test_who_looks_at_all_modules_imports_none() -> None:
    """As ``inspect.getmodule`` does, which pydantic calls for every class."""
    with deferred(HEAVY):
        assert not hasattr(sys.modules[HEAVY], "__file__")
        importlib.import_module("needs_heavy")
    assert HEAVY not in sys.modules


def test_what_it_does_not_hold_is_missed_as_ever() -> None:
    with deferred(HEAVY):
        stand_in = importlib.import_module(HEAVY)
    with pytest.raises(AttributeError, match="triple"):
        stand_in.triple(1)


def test_a_hidden_module_is_not_installed_meanwhile() -> None:
    with hidden(HEAVY), pytest.raises(ImportError):
        importlib.import_module(HEAVY)
    assert importlib.import_module(HEAVY).double(1) == 2


@pytest.mark.parametrize("left_out", [deferred, hidden])
def test_who_is_there_stays(left_out) -> None:
    there = importlib.import_module(HEAVY)
    with left_out(HEAVY):
        assert importlib.import_module(HEAVY) is there
    assert sys.modules[HEAVY] is there
