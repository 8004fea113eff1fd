"""What a reader is told of rows that the demo's models made."""

from __future__ import annotations

from pipelines.checkpoints.demo import WHAT_IT_IS
from pipelines.report.limits import told_of_demo
from pipelines.store.licences import Model


def test_the_tables_of_the_demo_are_named_once_each() -> None:
    ours = [Model("transcripts", f"transcripts@0{n}/fp32", 3, "apache-2.0", of_demo=True) for n in (1, 2)]
    theirs = Model("sounds", "MIT/ast@01/fp32", 3, "bsd-3-clause")
    assert told_of_demo([*ours, theirs]) == f"{WHAT_IT_IS} (transcripts)"
    assert told_of_demo([theirs]) == ""
