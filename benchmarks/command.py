"""The command of a benchmark that compares models by settings: words to tables, on the screen and in a page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from benchmarks.machine import describe
from benchmarks.page import behind, filled, read, section, write
from benchmarks.report import Table, show, wide_console
from benchmarks.settings import Settings, command_line, parse, settings_of


def run_command(
    module: str, description: str, compare: Callable[[Settings], list[Table]], words: Sequence[str] | None
) -> int:
    """Tell the words apart, compare, and show the tables; returns the exit code.

    Args:
        module: what ``python -m`` is given; the last part of its name is that of its place in a page.
        words: those of the command; None for those of this process.
    """
    arguments = parse(argparse.ArgumentParser(f"python -m {module}", description=description), words)
    machine, page = describe(), arguments.markdown
    with settings_of(arguments) as settings:
        tables = compare(settings)
    console = wide_console()
    for table in tables:
        show(console, table)
    if page:
        told, there = section(tables, machine, command_line(module, words)), read(page)
        name = module.rpartition(".")[2]
        write(page, behind(there, told) if arguments.append else filled(there, name, told))
    return 0
