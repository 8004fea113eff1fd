"""The answers of an audit: what was asked of which table, and for how many rows it did not hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

SAMPLE = 3
"""Unexpected values that a check keeps."""


@dataclass(frozen=True)
class Check:
    """One question to one table and its answer.

    Attributes:
        expectation: what has to hold, in words.
        columns: the columns that it is about.
        unexpected_count: for how many it does not hold.
        rows: how many were looked at: rows, or files where the question is to the files.
        sample: up to three of the unexpected values, as text.
    """

    table: str
    expectation: str
    columns: tuple[str, ...]
    success: bool
    unexpected_count: int
    rows: int
    sample: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audit:
    """The answers to all questions.

    Attributes:
        taken_out: a line for each rule whose rows were taken out before; of what is left the answers speak.
    """

    checks: tuple[Check, ...]
    taken_out: tuple[str, ...] = ()

    @property
    def success(self) -> bool:
        """Whether everything held."""
        return not self.failures

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not hold."""
        return tuple(check for check in self.checks if not check.success)

    def and_also(self, checks: Iterable[Check]) -> Audit:
        """The audit with further answers."""
        return replace(self, checks=(*self.checks, *checks))

    def summary(self) -> list[str]:
        """One line for each failure."""
        lines = []
        for check in self.failures:
            such_as = f" ({'; '.join(check.sample)})" if check.sample else ""
            lines.append(
                f"{check.table}: {check.expectation}: not so for {check.unexpected_count:,} of {check.rows:,}{such_as}"
            )
        return lines

    def to_json(self) -> str:
        """The whole audit as JSON: ``success``, what was taken out, then every check."""
        checks = [asdict(check) for check in self.checks]
        return json.dumps({"success": self.success, "taken_out": self.taken_out, "checks": checks}, indent=1)
