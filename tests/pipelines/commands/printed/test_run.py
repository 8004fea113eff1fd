"""What a finished run says."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.audit.check import Audit
from pipelines.checkpoints.demo import INSTEAD, WHAT_IT_IS
from pipelines.commands.printed.run import show_summary
from pipelines.run.measure import Measured
from pipelines.run.run import Published
from schemas.config import Config
from schemas.sets import SetName


def told(tmp_path: Path, seconds: float, table: str = "files", models: SetName = "base") -> list[str]:
    inputs = dict.fromkeys(("taken", "resumed", "skipped", "pruned", "waiting"), 0)
    measured = Measured({table: 1}, {"complete": 1}, {}, {}, seconds, seconds, 2.0, {}, {}, {}, {}, inputs)
    screen = StringIO()
    published = Published("1", tmp_path, Audit(()), measured)
    config = Config(out=str(tmp_path), models=models)
    show_summary(Console(file=screen, markup=False, highlight=False, width=300), config, published)
    return screen.getvalue().splitlines()


@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (3600.0, "1.0 hours of audio in 2 seconds (1,800x real time), 0 checks of the audit passed"),
        (0.0, "0 checks of the audit passed"),  # other metadata only
    ],
)
def test_the_hours_are_told_where_some_were_heard(tmp_path: Path, seconds: float, line: str) -> None:
    assert line in told(tmp_path, seconds)


@pytest.mark.parametrize(
    ("table", "models", "says_so"),
    [("transcripts", "demo", True), ("transcripts", "base", False), ("windows", "demo", False)],
)
def test_what_the_models_of_the_demo_wrote_is_told_for_what_it_is(
    tmp_path: Path, table: str, models: SetName, says_so: bool
) -> None:
    assert (f"{WHAT_IT_IS}: {INSTEAD}" in told(tmp_path, 1.0, table, models)) is says_so
