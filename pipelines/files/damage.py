"""What a file of OUT says that cannot be read: what is wrong with it, and what to do."""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import CommandError
from schemas.catalog import INVENTORY, TABLES
from schemas.layout import AUDIT, DESCRIPTOR, MADE, MADE_BEFORE, PAGE, PASS, PASSES, TOMBSTONES

LONGEST = 120
_BACKUP = "put it back from a backup"
_MADE_ANEW = f"{_BACKUP}, or remove it: the next run then makes all tables anew"
_REMEDIES = {
    MADE: _MADE_ANEW,
    MADE_BEFORE: _MADE_ANEW,
    PAGE: "remove it: the next run writes it anew",
    DESCRIPTOR: "remove it: the next run writes it anew, with the licences of the checkpoints that it loads",
    AUDIT: f"{_BACKUP}, or remove it: only the report shows it",
    PASS: "remove it: the next run then hears its recordings again",
    TOMBSTONES: f"{_BACKUP}: without it what was forgotten would come back",
}


class DamagedError(CommandError):
    """A file of OUT that cannot be read; the message names it, and what to do.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}: {_remedy(path)}")
        self.path = path


class GoneError(CommandError):
    """A file that was there when it was listed."""


def in_short(error: BaseException) -> str:
    """What a library says, cut to what fits into a line."""
    said = (getattr(error, "strerror", None) or str(error) or type(error).__name__).strip().splitlines()[0]
    said = said.rpartition("': ")[2].partition(". ")[0].rstrip(".")
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}..."


def _remedy(path: Path) -> str:
    """What helps against a damaged file."""
    table = TABLES.get(path.parent.name)
    if path.name in _REMEDIES:
        return _REMEDIES[path.name]
    if table is not None and PASSES in path.parts:
        return "remove it: the next run then hears its recordings again"
    if table is None or table.name in INVENTORY:
        return _BACKUP
    if table.command is not None:
        return f"make the table anew with `earwitness {table.command}`, or {_BACKUP}"
    return f"make the table anew with `earwitness run ... --force {table.name}`, or {_BACKUP}"
