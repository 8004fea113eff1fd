"""The suite: ``python -m benchmarks [NAME...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from benchmarks.machine import describe
from benchmarks.report import Table, earlier, show, wide_console, write
from benchmarks.settings import command_line, parse, settings_of

BENCHMARKS = {
    "against_plain": 0.32,
    "against_forwards": 0.22,
    "decoding": 0.04,
    "log_mel": 0.02,
    "growth": 0.14,
    "one_file": 0.06,
    "bare_loop": 0.12,
    "recognisers": 0.08,
}
"""Modules with a ``compare``, and their shares of the time."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all; 2 for wrong words."""
    parser = argparse.ArgumentParser("python -m benchmarks", description="Ratios, measured in turn on this machine.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)} (default: all)")
    arguments = parse(parser, words)
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(BENCHMARKS)}")
    chosen = {name: share for name, share in BENCHMARKS.items() if name in (arguments.names or BENCHMARKS)}
    machine, console = describe(), wide_console()
    before = earlier(arguments.markdown, append=arguments.append)
    command = command_line("benchmarks", words)
    tables: list[Table] = []
    with settings_of(arguments) as settings:
        for name, share in chosen.items():
            settings.patience.say(name)
            patience = settings.patience.share(share / sum(chosen.values()))
            made: list[Table] = import_module(f"benchmarks.{name}").compare(replace(settings, patience=patience))
            for table in made:
                show(console, table)
            tables += made
            if arguments.markdown:  # what is there when a later one breaks off is kept
                write(arguments.markdown, tables, machine, command, before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
