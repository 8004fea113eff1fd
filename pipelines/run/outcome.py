"""What became of a run, for its line in the log and for whoever stopped it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.audit.check import Audit
from pipelines.console.confirm import RefusedError, UnansweredError
from pipelines.console.numbers import counted
from pipelines.console.stopping import is_asked
from pipelines.errors import first_line, why
from pipelines.run.measure import Measured
from pipelines.store.run_log import append
from pipelines.store.settings import drop_of_nothing
from pipelines.store.staging import finished_files
from pipelines.store.switch import shown_name
from schemas.layout import LOG, STAGING


@dataclass(frozen=True)
class Published:
    """A run that is over.

    Attributes:
        snapshot: the folder of its tables.
        measured: counts and times.
    """

    run_id: str
    snapshot: Path
    audit: Audit
    measured: Measured


@dataclass
class Line:
    """The line of a run: what became of it, in a word or two, and what is told beside."""

    outcome: str = "failed"
    said: dict[str, Any] = field(default_factory=dict)


@contextmanager
def logged(out: Path, run_id: str, started: datetime, say: Callable[[str], None]) -> Iterator[Line]:
    """Add the line of a run to the log, whatever becomes of it.

    Args:
        say: is told where it cannot be added.
    """
    line = Line()
    try:
        yield line
    except BaseException as failed:
        line.said = {"message": first_line(failed)}
        if isinstance(failed, UnansweredError | RefusedError):
            line.outcome = "not agreed"
        if isinstance(failed, KeyboardInterrupt) or is_asked():
            is_published = shown_name(out) == run_id
            line.outcome = "interrupted"
            line.said = {"message": "the tables were published" if is_published else what_is_kept(out)}
        raise
    finally:
        if error := append(out, run_id, started, line.outcome, line.said):
            say(f"no line of this run could be added to {out / LOG}: {why(error)}")
        drop_of_nothing(out)


def what_is_kept(out: Path) -> str:
    """Of runs that did not come to their end, in words."""
    files = finished_files(out / STAGING)
    if not files:
        return "nothing was published or kept"
    are = "is" if files == 1 else "are"
    return f"nothing was published; {counted(files, 'finished file')} {are} kept, the same command goes on from there"
