"""The suite: ``python -m benchmarks [NAME...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module

from benchmarks.goals import PLACE as GOALS_PLACE
from benchmarks.goals import QUOTING, goals_of, quoted, with_goals
from benchmarks.machine import describe
from benchmarks.page import behind, filled, read, section, write
from benchmarks.recognisers import SKIPPED, peer_words
from benchmarks.recognisers import compare as compare_recognisers
from benchmarks.report import Table, show, wide_console
from benchmarks.settings import REAL, command_line, parse, settings_of

BENCHMARKS = {
    "start_up": 0.1,
    "growth": 0.1,
    "against_plain": 0.42,
    "against_forwards": 0.25,
    "recognisers": 0.1,
    "decoding": 0.02,
    "log_mel": 0.01,
}
"""Modules with a ``compare``, and their shares of the time."""
PLACES = {"recognisers": "recognisers_in_brief"}
"""Names of places on the page, where they are not those of benchmarks."""
BY_NAME = ("one_file", "bare_loop")
"""Those that are run where they are named."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all that have goals; 2 for wrong words."""
    known = (*BENCHMARKS, *BY_NAME)
    parser = argparse.ArgumentParser("python -m benchmarks", description="Ratios, measured in turn on this machine.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(known)} (default: all but {', '.join(BY_NAME)})"
    )
    peer_words(parser)
    arguments = parse(parser, words)
    unknown = set(arguments.names) - set(known)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(known)}")
    chosen = {name: BENCHMARKS.get(name, 0.2) for name in known if name in (arguments.names or BENCHMARKS)}
    machine, console, page = describe(), wide_console(), arguments.markdown
    command = command_line("benchmarks", words)
    tables: list[Table] = []
    with settings_of(arguments) as settings:
        for name, share in chosen.items():
            settings.patience.say(name)
            compare: Callable[..., list[Table]] = import_module(f"benchmarks.{name}").compare
            if name == "recognisers":
                compare = partial(
                    compare_recognisers,
                    model=arguments.model,
                    listed=arguments.speech.resolve(),
                    peer=arguments.peer_python,
                    brief=True,
                )
            patience = settings.patience.share(share / sum(chosen.values()))
            made = compare(replace(settings, patience=patience))
            for table in made:
                show(console, table)
            tables += made
            if page and any(table.columns != SKIPPED for table in made):  # kept when a later one breaks off
                told, there = section(made, machine, command), read(page)
                name = PLACES.get(name, name)
                write(page, behind(there, told) if arguments.append else filled(there, name, told))
    goals = goals_of(tables, machine, read(page) if page else "")
    show(console, goals)
    if page and settings.size == REAL and not arguments.append:
        write(page, with_goals(read(page), goals))
        if (beside := page.with_name(QUOTING.name)).exists():
            write(beside, filled(read(beside), GOALS_PLACE, quoted(read(page))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
