"""Names of coders that a sheet can be read again by."""

from __future__ import annotations

import pytest

from pipelines.agreement.coders import LONGEST, check_coders
from schemas.errors import UsageError


@pytest.mark.parametrize("names", [["ann"], ["Ann B.", "ann-2", "7", "Žofie_K"], ["x" * LONGEST]])
def test_plain_names_are_taken(names: list[str]) -> None:
    check_coders(names)


@pytest.mark.parametrize("name", ["", " ann", "ann ", "=ann", "-ann", ".ann", "an,n", "an\tn", "an\nn", "x" * 65, "😀"])
def test_what_a_spreadsheet_takes_otherwise_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--coders: the name"):
        check_coders([name])


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["machine"], "are the machine's own"),
        (["Machine_2"], "are the machine's own"),
        (["People"], "the figures of several people are called so"),
        (["ann and bob"], "the figures of several people are called so"),
        (["ann", "ANN"], "'ann' and 'ANN' are the same"),
        (["Zo\u00e9", "Zoe\u0301"], "are the same"),
        (["Strasse", "Straße"], "are the same"),
    ],
)
def test_coders_are_told_from_each_other_and_from_the_machine(names: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check_coders(names)
