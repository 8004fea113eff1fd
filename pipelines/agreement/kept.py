"""The figures of the last sheet that people filled in, kept in OUT for the methods section.

Removed when something is forgotten, because their groups may name people.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.corpus.asked import open_corpus
from pipelines.errors import CommandError, why
from pipelines.files.atomic import write_whole
from schemas.layout import AGREEMENT


@dataclass(frozen=True)
class Agreement:
    """One figure.

    Attributes:
        group: empty for the whole sheet.
        between: who is compared.
        value: None where it is not defined, as kappa where only one label occurs.
        low, high: the 95 % interval of :mod:`pipelines.statistics.intervals`; None where there are fewer recordings
            than it takes, or where the figure is not defined without one of them.
    """

    group: str
    measure: str
    between: str
    segments: int
    recordings: int
    value: float | None
    low: float | None
    high: float | None


def keep(out: Path, sheet: Path, found: Sequence[Agreement]) -> str:
    """Keep the figures, and say where, and of which they took the place.

    Raises:
        CommandError: OUT cannot be written.
    """
    path = out / AGREEMENT
    before = _before(path)
    kept = {
        "sheet": sheet.name,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "models": _models(out),
        "figures": [asdict(one) for one in found],
    }
    try:
        write_whole(path, json.dumps(kept, indent=1).encode("utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: {why(error)}") from None
    return f"kept for `earwitness methods`: {path}" + (f"; it took the place of {before}" if before else "")


def remembered(out: Path) -> list[Agreement]:
    """What was kept last; nothing where nobody did, something was forgotten or another model has answered since.

    Raises:
        CommandError: the file is damaged.
    """
    path = out / AGREEMENT
    if not path.exists():
        return []
    try:
        kept = _read(path)
        figures = [Agreement(**row) for row in kept["figures"]]
        for one in figures:
            _check(one)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise CommandError(f"{path} is damaged: run `earwitness agree` again, or remove it") from None
    return figures if kept.get("models") == _models(out) else []  # older files do not name their models


def _before(path: Path) -> str:
    """Which figures are there, in words; empty where none are."""
    if not path.exists():
        return ""
    try:
        kept = _read(path)
    except (OSError, ValueError, RecursionError):
        return "a file that could not be read"
    return f"the one of {kept.get('date', 'a day not noted')} from {kept.get('sheet', 'a sheet not noted')}"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():  # to open a pipe would wait for ever
        raise ValueError("no file")
    kept = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(kept, dict):
        raise ValueError("no figures")
    return kept


def _check(one: Agreement) -> None:
    texts = (one.group, one.measure, one.between)
    numbers = (one.segments, one.recordings, one.value, one.low, one.high)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("no text")
    if not all(number is None or isinstance(number, int | float) for number in numbers):
        raise ValueError("no number")
    if one.segments is None or one.recordings is None:
        raise ValueError("no count")


def _models(out: Path) -> dict[str, list[str]]:
    """Those that made the answers which people are held against."""
    with open_corpus(out) as corpus:
        return {
            table: [model for (model,) in corpus.sql(f"SELECT DISTINCT model FROM {table} ORDER BY 1").fetchall()]
            for table in ("transcripts", "emotions")
            if table in corpus.files
        }
