"""A line of JSON for each run, whatever became of it: for whoever watches over the nights."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.files.atomic import add_line
from pipelines.files.regular import read_bytes
from pipelines.store.switch import shown_name
from schemas.layout import LOG, STAGING


def append(out: Path, run_id: str, started: datetime, outcome: str, said: Mapping[str, Any]) -> OSError | None:
    """Add the line of a run to ``OUT/runs.jsonl``; not where nothing of a corpus is there.

    Returns:
        Why it could not be written: no room is left, or something that is no file lies there.
    """
    if shown_name(out) is None and not (out / STAGING).exists():
        return None
    line = {
        "run_id": run_id,
        "outcome": outcome,
        "started": f"{started:%Y-%m-%dT%H:%M:%SZ}",
        "finished": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        **said,
    }
    try:
        add_line(out / LOG, f"{json.dumps(line)}\n".encode())
    except OSError as error:
        return error
    return None


def last(out: Path, count: int) -> list[dict[str, Any]]:
    """The lines of the last runs, the newest last; a line that broke off, or is none of ours, is left out.

    Raises:
        DamagedError: it is no file.
    """
    found = []
    path = out / LOG
    if not os.path.lexists(path):
        return []
    for line in read_bytes(path).decode("utf-8", errors="replace").splitlines()[-count:]:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and {"started", "outcome"} <= said.keys():
            found.append(said)
    return found
