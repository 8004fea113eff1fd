"""A page with places that benchmarks fill; what stands between them was written by a person and is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import Machine
from benchmarks.report import Table, markdown

BEGIN, END = "<!-- begin {} -->", "<!-- end {} -->"
TITLE = "# Benchmarks"


def filled(page: str, name: str, body: str) -> str:
    """The page with ``body`` in the place called ``name``; where it has none, behind all else."""
    begin, end = BEGIN.format(name), END.format(name)
    there = f"{begin}\n{body.strip()}\n{end}"
    if begin in page:
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"{begin} without {end}: put it where the place ends")
        return before + there + after
    return behind(page, there)


def held(page: str, name: str) -> str:
    """What stands in the place called ``name``; nothing where there is none."""
    found = re.search(re.escape(BEGIN.format(name)) + r"\n(.*?)\n?" + re.escape(END.format(name)), page, re.DOTALL)
    return found[1] if found else ""


def section(tables: Sequence[Table], machine: Machine, command: str) -> str:
    """The tables of one benchmark under the title of the first, with the day, the command and the machine."""
    lines = [f"## {tables[0].title}", "", f"Measured {datetime.now(UTC):%Y-%m-%d} by `{command}`:", ""]
    lines += [*(f"- {line}" for line in machine.lines()), "", *markdown(tables[0])[2:]]
    for table in tables[1:]:
        lines += ["", *markdown(table)]
    return "\n".join(lines)


def read(path: Path) -> str:
    """The page as it is; a title where there is none yet."""
    return path.read_text(encoding="utf-8") if path.exists() else f"{TITLE}\n"


def behind(page: str, told: str) -> str:
    """The page with something behind all else, which no later run replaces."""
    return f"{page.rstrip()}\n\n{told}\n"


def write(path: Path, page: str) -> None:
    """Write it, in a folder that may be new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
