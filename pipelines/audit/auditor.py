"""An audit that is prepared while a run is at work: to import Great Expectations takes as long as to hear an hour."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from pipelines.audit.audit import audit
from pipelines.audit.check import Audit
from schemas.table import Table
from transforms.isolated import Child

CHILD = (sys.executable, "-m", "pipelines.audit.child")


@contextmanager
def audit_ahead(is_wanted: bool) -> Iterator[Callable[..., Audit]]:
    """What audits: a process that gets ready meanwhile, if that is wanted and this one has not imported it already."""
    if not is_wanted or "great_expectations" in sys.modules:
        yield audit
        return
    with Auditor() as auditor:
        yield auditor.audit


class Auditor:
    """A process that gets ready at once, and audits when it is asked to.

    Args:
        command: starts the process.
    """

    def __init__(self, command: Sequence[str] = CHILD) -> None:
        self._child = Child(command)

    def audit(self, folder: Path, tables: Sequence[Table], *, inputs: int | None = None) -> Audit:
        """As :func:`pipelines.audit.audit.audit`; in this process where the other one is lost, or fails."""
        try:
            self._child.connection.send((folder, list(tables), inputs))
            answer = self._child.connection.recv()
        except (EOFError, OSError):
            answer = None
        return answer if answer is not None else audit(folder, tables, inputs=inputs)

    def close(self) -> None:
        """End the process."""
        self._child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
