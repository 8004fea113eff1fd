"""The kinds of expectations that are asked: Great Expectations' own, told once what they are asked.

By themselves they put their configuration together anew whenever one of its parts is looked at, a hundred times for one
question, which is half of what an audit of small tables takes.
"""

from __future__ import annotations

from typing import Any

import great_expectations.expectations as gxe
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


class _ToldOnce(Expectation):
    """Keeps its configuration until one of its fields is set."""

    _told: ExpectationConfiguration | None = PrivateAttr(default=None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        if self._told is None:
            self._told = super().configuration
        return self._told

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name != "_told":
            self._told = None

    def copy(self, **given: Any) -> Any:
        other = super().copy(**given)
        other._told = None
        return other


class ValuesNotNull(_ToldOnce, gxe.ExpectColumnValuesToNotBeNull):
    """No value is null."""


class ValuesBetween(_ToldOnce, gxe.ExpectColumnValuesToBeBetween):
    """Each value that is there lies within bounds."""


class ValuesInSet(_ToldOnce, gxe.ExpectColumnValuesToBeInSet):
    """Each value that is there is one of a closed set."""


class ValuesMatchRegex(_ToldOnce, gxe.ExpectColumnValuesToMatchRegex):
    """Each value that is there matches."""
