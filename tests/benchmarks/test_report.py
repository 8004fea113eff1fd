"""How tables read."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from benchmarks.machine import cores, describe
from benchmarks.measure import Spread
from benchmarks.report import Table, markdown, show, text, write

TABLE = Table("Speed", ("who", "x"), (("a|b", Spread(12.345, 11.9, 131.2)), ("c", None)), ("As measured.",))


def test_cells() -> None:
    assert [text(cell) for cell in (None, "a", 0.0123456, 12.345, 1234.5)] == ["-", "a", "0.0123", "12.3", "1,234"]
    assert text(Spread(2, 2, 2)) == "2"
    assert text(Spread(2, 1, 3)) == "2 (1 to 3)"


def test_markdown() -> None:
    assert markdown(TABLE) == [
        "### Speed",
        "",
        "| who | x |",
        "| --- | --- |",
        "| a\\|b | 12.3 (11.9 to 131) |",
        "| c | - |",
        "",
        "- As measured.",
    ]


def test_the_terminal_shows_every_cell() -> None:
    console = Console(width=80, record=True, quiet=False)
    with console.capture() as shown:
        show(console, TABLE)
    for part in ("Speed", "a|b", "12.3 (11.9 to 131)", "As measured."):
        assert part in shown.get()


def test_a_report_names_the_machine_and_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.md"
    machine = describe()
    write(path, [TABLE], machine, "python -m benchmarks --size tiny")
    first = path.read_text()
    assert machine.cpu in first
    assert f"{cores()} cores" in first
    assert f"torch {machine.versions['torch']}" in first
    assert "`python -m benchmarks --size tiny`" in first
    write(path, [TABLE], machine, "python -m benchmarks.bare_loop", before=first)
    assert path.read_text().startswith(first)
    assert path.read_text().count("## Measured") == 2
