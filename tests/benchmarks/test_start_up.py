"""Whole commands, timed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks import start_up
from benchmarks.nights import WANTED, night_in
from benchmarks.settings import Settings
from pipelines.run.prepare import prepare
from pipelines.store.folder import published
from schemas.config import from_mapping
from tests.benchmarks.test_suite import check, column


def test_seconds_are_of_the_process_and_of_what_it_starts() -> None:
    took = start_up.took(["--help"])
    assert took.core > 0
    assert 0 < took.wall < 60
    with pytest.raises(RuntimeError, match="no-such-command"):
        start_up.took(["no-such-command"])


def test_a_night_is_without_news(tmp_path: Path) -> None:
    """The archive that is timed is one that its corpus knows."""
    archive, known = night_in(tmp_path, 200)
    assert len(list(archive.rglob("*.wav"))) == 200
    ready = prepare(from_mapping({"recordings": [str(archive)], "out": str(known), "tables": WANTED}))
    assert len(ready.sources) == 200
    before = published(known)
    start_up.took(["run", str(archive), "--out", str(known), "--tables", ",".join(WANTED)])
    assert published(known) == before  # nothing was published anew


@pytest.mark.soak  # a minute, and `make bench` runs it
def test_start_up(settings: Settings) -> None:
    (table,) = start_up.compare(settings)
    check(table)
    assert set(start_up.COMMANDS) < set(column(table, "command"))
    assert {"--help, wall", "10 s without models, wall", "10 s without models, CPU"} < set(table.measured)
    assert all(math.isfinite(figure.median) for figure in table.measured.values())
