"""``earwitness tables OUT`` and ``earwitness tables OUT TABLE``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.console.terminal import console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("table", metavar="TABLE", nargs="?", help="say its columns, their units and ranges")
    parser.add_argument("--format", metavar="table|csv|json", default="table", help="default: table")
    parser.set_defaults(act=act, rest="table")


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.console.rows import check_format, show_rows
    from pipelines.corpus.asked import open_corpus
    from pipelines.corpus.overview import columns, tables

    check_format(arguments.format)
    with open_corpus(arguments.out) as corpus, console(1) as result:
        if arguments.table:
            rows, names = columns(corpus, arguments.table), ("column", "type", "unit", "values", "meaning")
            show_rows(result, rows, names, arguments.format)
        else:
            show_rows(result, tables(corpus), ("table", "rows", "one row is"), arguments.format)
