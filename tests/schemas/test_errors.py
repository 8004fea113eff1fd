"""One class to catch: every error that is meant for a person is an Error."""

from __future__ import annotations

import ast

import pytest

from pipelines.errors import CommandError
from pipelines.store.lock import BusyError
from schemas.errors import Error, UsageError
from tests.test_floors import MODULES, ROOT
from transforms.models.checkpoint import ModelError

OF_PERSONS = (UsageError, CommandError, BusyError, ModelError)
WITHIN = {
    "DecodeError": "becomes a row of errors",
    "ChangedError": "becomes a row of errors",
    "BrokenOffError": "becomes a row of errors",
    "HungError": "becomes a row of errors",
    "CrashedError": "becomes a row of errors",
    "_ByFileError": "is caught where it is raised",
    "StoppedError": "a KeyboardInterrupt: nobody who catches errors means Ctrl-C",
}


@pytest.mark.parametrize("error", OF_PERSONS)
def test_errors_for_a_person_are_caught_as_one(error: type[Exception]) -> None:
    assert issubclass(error, Error)


def test_wrong_use_is_a_value_error_too() -> None:
    assert issubclass(UsageError, ValueError)


def test_every_class_of_error_is_known_here() -> None:
    """A new one is for a person, and then an Error, or it never reaches one."""
    bases = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for path in MODULES
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and node.name != "Error"
    }
    assert len(bases) > 10
    for name, of in bases.items():
        assert name in WITHIN or of & {"Error", *bases} - set(WITHIN), f"{name} is no Error"
    assert set(WITHIN) <= set(bases)
