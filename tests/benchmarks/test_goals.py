"""Goals beside figures, and the pages that repeat them."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import __main__ as suite
from benchmarks.goals import (
    GOALS,
    MISSED,
    NAMES,
    OPEN,
    PAGE,
    PLACE,
    QUOTING,
    REACHED,
    Goal,
    goals_of,
    number,
    quote,
    quoted,
    with_goals,
)
from benchmarks.machine import describe
from benchmarks.measure import Spread
from benchmarks.page import held
from benchmarks.report import Table

MACHINE = describe()


def made(**figures: float) -> Table:
    measured = {name.replace("_", " "): Spread(value, value, value + 1) for name, value in figures.items()}
    return Table("T", ("a",), (), measured=measured)


def row(table: Table, name: str) -> tuple[object, ...]:
    return next(row for row in table.rows if row[0] == name)


def test_more_is_better_but_where_less_is() -> None:
    assert [Goal("a", 2.5, "x", "b").verdict(value) for value in (2.49, 2.5, 3)] == [MISSED, REACHED, REACHED]
    assert [Goal("a", 12, "s", "b", at_most=True).verdict(value) for value in (11, 12, 12.1)] == [
        REACHED,
        REACHED,
        MISSED,
    ]


def test_every_goal_has_its_name_and_a_benchmark_that_the_suite_runs() -> None:
    assert max(Counter(goal.name for goal in GOALS).values()) == 1
    assert {goal.benchmark for goal in GOALS} <= set(suite.BENCHMARKS)


def test_what_is_measured_stands_beside_what_is_wanted() -> None:
    table = goals_of([made(without_models=30.0)], MACHINE)
    assert len(table.rows) == len(GOALS)
    _, wanted, figure, unit, verdict, where = row(table, "without models")
    assert (wanted, figure, unit, verdict) == ("at most 12", "30 (30 to 31)", "core s an audio hour", MISSED)
    assert MACHINE.cpu in str(where)
    assert table.notes == ("missed: without models",)
    assert row(table, "--help, wall")[4] == OPEN
    with pytest.raises(ValueError, match="no such"):
        goals_of([made(no_such=1.0)], MACHINE)


def test_what_this_run_did_not_measure_stays_as_it_is() -> None:
    page = with_goals("# Benchmarks\n\nMine.\n", goals_of([made(without_models=30.0)], MACHINE))
    other = goals_of([Table("T", ("a",), (), measured={"--help, wall": Spread(0.1, 0.1, 0.2)})], MACHINE, page)
    assert row(other, "without models")[2:5] == ("30 (30 to 31)", "core s an audio hour", MISSED)
    assert row(other, "--help, wall")[4] == REACHED
    later = with_goals(page, other)
    assert later.startswith("# Benchmarks\n\nMine.\n")
    assert later.count("## Goals") == 1
    assert "| without models | 30 (30 to 31) | core s an audio hour |" in quoted(later)


def test_numbers_are_read_as_they_are_written() -> None:
    assert [number(cell) for cell in ("2.03 (1.9 to 2.2)", "1,234", "0.9")] == [2.03, 1234.0, 0.9]


def test_the_figures_of_the_docs_are_those_that_were_measured() -> None:
    """Pages repeat what stands in the page of benchmarks, with its date and machine, and state no speed beside it."""
    page = PAGE.read_text("utf-8")
    assert held(page, PLACE), "docs/benchmarks.md has no goals"
    assert held(QUOTING.read_text("utf-8"), PLACE) == quoted(page), "python -m benchmarks.goals repeats them"
    stated = {line.split("|")[1].strip() for line in held(page, PLACE).splitlines() if line.startswith("| ")}
    assert stated >= NAMES, f"not on the page: {sorted(NAMES - stated)}"
    for line in held(page, PLACE).splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 6 and cells[1] in NAMES:
            goal = next(goal for goal in GOALS if goal.name == cells[1])
            assert cells[2] == goal.wanted(), f"{goal.name}: the page has another goal"
            assert cells[5] == (OPEN if cells[3] == "-" else goal.verdict(number(cells[3]))), goal.name
            assert cells[6] == "-" or cells[6][:4].isdigit(), f"{goal.name}: without a date"


def test_repeating_changes_nothing_else(tmp_path) -> None:
    page, quoting = tmp_path / "benchmarks.md", tmp_path / "scaling.md"
    page.write_text(with_goals("# B\n", goals_of([made(without_models=10.0)], MACHINE)))
    quoting.write_text("# Scale\n\nbefore\n\n<!-- begin goals -->\n<!-- end goals -->\n\nbehind\n")
    quote(page, quoting)
    text = quoting.read_text()
    assert text.startswith("# Scale\n\nbefore\n\n<!-- begin goals -->\n| | measured |")
    assert text.endswith("<!-- end goals -->\n\nbehind\n")
    assert "| without models | 10 (10 to 11) |" in text
