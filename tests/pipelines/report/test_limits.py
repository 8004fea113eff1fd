"""What a reader is told of rows that the demo's models made."""

from __future__ import annotations

from pathlib import Path

from pipelines.checkpoints.demo import WHAT_IT_IS
from pipelines.report.limits import LIMITS, limits, told_of_demo
from pipelines.store.folder import published
from pipelines.store.licences import Model
from pipelines.store.read import Snapshot
from tests.pipelines.tables import CALL, dimensions, example, write_corpus


def test_what_dimensions_cannot_carry_is_told_where_there_are_some(tmp_path: Path) -> None:
    write_corpus(tmp_path, {**example(), "dimensions": [dimensions(CALL, 1, 0, 1000, 0.5, 0.5, 0.5)]})
    told = list(limits(Snapshot(published(tmp_path)), ()))
    assert [paragraph.split(" ")[0] for paragraph in told] == ["Labels", "Arousal,"]
    assert "no percentage" in told[1]
    write_corpus(tmp_path / "without", example())
    assert list(limits(Snapshot(published(tmp_path / "without")), ())) == [LIMITS]


def test_the_tables_of_the_demo_are_named_once_each() -> None:
    ours = [Model("transcripts", f"transcripts@0{n}/fp32", 3, "apache-2.0", of_demo=True) for n in (1, 2)]
    theirs = Model("sounds", "MIT/ast@01/fp32", 3, "bsd-3-clause")
    assert told_of_demo([*ours, theirs]) == f"{WHAT_IT_IS} (transcripts)"
    assert told_of_demo([theirs]) == ""
