"""What is wanted of the figures, in one place, beside what was measured: ``python -m benchmarks.goals``.

Start-up is left out of every ratio, and both sides are measured in turn in one process or one round.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import Machine
from benchmarks.measure import Spread
from benchmarks.page import filled, held, read, write
from benchmarks.report import Table, markdown, text

PLACE = "goals"
"""Of the table in ``docs/benchmarks.md``, and of what other pages repeat of it."""
COLUMNS = ("goal", "wanted", "measured", "unit", "", "where and when")
REACHED, MISSED, OPEN = "reached", "**missed**", "not measured"
DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, QUOTING = DOCS / "benchmarks.md", DOCS / "scaling.md"
PLAIN, FORWARDS, CORE_HOUR = "x the plain way", "x the time of the forwards", "core s an audio hour"


@dataclass(frozen=True)
class Goal:
    """A figure that is to be reached.

    Attributes:
        name: what a benchmark calls the figure, see :attr:`benchmarks.report.Table.measured`.
        limit: the least, or the most where less is better.
        benchmark: that measures it.
        at_most: less is better.
    """

    name: str
    limit: float
    unit: str
    benchmark: str
    at_most: bool = False

    def wanted(self) -> str:
        """For people."""
        return f"{'at most' if self.at_most else 'at least'} {self.limit:g}"

    def verdict(self, measured: float) -> str:
        """Whether a figure reaches it."""
        return REACHED if (measured <= self.limit if self.at_most else measured >= self.limit) else MISSED


def _ratios() -> Iterable[Goal]:
    for way, limit in {"auto": 2.5, "int8": 4.0}.items():
        yield Goal(f"four jobs, all speech, {way}", limit, PLAIN, "against_plain")
    for way, limit in {"auto": 3.5, "int8": 5.5}.items():
        yield Goal(f"four jobs, half speech, {way}", limit, PLAIN, "against_plain")
    for job in ("transcripts", "emotions", "sounds", "embeddings"):
        yield Goal(f"{job} alone, auto", 1.5, PLAIN, "against_plain")
    for way in ("fp32", "auto", "int8"):
        yield Goal(f"the run over its forwards, {way}", 1.05, FORWARDS, "against_forwards", at_most=True)


GOALS = (
    *_ratios(),
    Goal("without models", 12.0, CORE_HOUR, "growth", at_most=True),
    Goal("10 s without models, wall", 5.0, "s", "start_up", at_most=True),
    Goal("10 s without models, CPU", 7.0, "core s", "start_up", at_most=True),
    Goal("10 s with the demo's models, wall", 8.0, "s", "start_up", at_most=True),
    Goal("--help, wall", 0.2, "s", "start_up", at_most=True),
    Goal("a night without news, 100,000 files, wall", 3.0, "s", "start_up", at_most=True),
    Goal("Whisper, long talk", 1.1, "x faster-whisper batched", "recognisers"),
    Goal("Whisper, short files", 1.5, "x faster-whisper one by one", "recognisers"),
)

NAMES = frozenset(goal.name for goal in GOALS)


def goals_of(tables: Iterable[Table], machine: Machine, before: str = "") -> Table:
    """All goals beside what the tables have measured.

    Args:
        before: a page with such a table: what the tables do not have stays as it is there.
    """
    now = f"{datetime.now(UTC):%Y-%m-%d}, {machine.cpu}, {machine.cores} cores"
    measured: Mapping[str, Spread] = {name: figure for table in tables for name, figure in table.measured.items()}
    if strangers := set(measured) - NAMES:
        raise ValueError(f"figures without a goal: {', '.join(sorted(strangers))}")
    known = _rows(before)
    rows: list[tuple[str, ...]] = []
    for goal in GOALS:
        if goal.name in measured:
            figure = measured[goal.name]
            told = (text(figure), goal.unit, goal.verdict(figure.median), now)
        else:
            told = known.get(goal.name, ("-", goal.unit, OPEN, "-"))
            if told[0] != "-":  # the goal may be another one now
                told = (told[0], goal.unit, goal.verdict(number(told[0])), told[3])
        rows.append((goal.name, goal.wanted(), *told))
    missed = [row[0] for row in rows if row[4] == MISSED]
    return Table("Goals", COLUMNS, tuple(rows), (f"missed: {'; '.join(missed) or 'none'}",))


def number(cell: str) -> float:
    """The median in a cell: "2.03 (1.9 to 2.2)" is 2.03."""
    return float(cell.split()[0].replace(",", ""))


def _rows(page: str) -> dict[str, tuple[str, str, str, str]]:
    """The last four cells of each row, by goal."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    for line in held(page, PLACE).splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == len(COLUMNS):
            name, _, figure, unit, verdict, where = cells
            rows[name] = (figure, unit, verdict, where)
    return rows


def with_goals(page: str, goals: Table) -> str:
    """The page with the table of goals in its place."""
    return filled(page, PLACE, "\n".join(["## Goals", "", *markdown(goals)[2:]]))


def quoted(page: str) -> str:
    """What another page repeats of the goals that were measured, with where and when.

    Args:
        page: that has the table of goals.
    """
    rows = _rows(page)
    shown = [goal for goal in GOALS if goal.benchmark != "recognisers"]  # these stand with the models
    lines = ["| | measured | | where and when |", "|---|---|---|---|"]
    for goal in shown:
        if goal.name in rows and rows[goal.name][0] != "-":
            figure, _, _, where = rows[goal.name]
            lines.append(f"| {goal.name} | {figure} | {goal.unit} | {where} |")
    return "\n".join(lines)


def quote(page: Path = PAGE, quoting: Path = QUOTING) -> None:
    """Repeat in one page what stands in the other."""
    write(quoting, filled(read(quoting), PLACE, quoted(read(page))))


if __name__ == "__main__":
    quote()
    sys.exit()
