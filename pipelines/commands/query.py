"""``earwitness query OUT "SQL"``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.console.terminal import console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("sql", metavar="SQL", help="one statement that reads")
    parser.add_argument("--format", metavar="table|csv|json|parquet", help="default: as FILE is called, or table")
    parser.add_argument("--to", metavar="FILE", type=Path, help="where to write it (default: standard output)")
    parser.add_argument(
        "--with",
        action="append",
        default=[],
        dest="own",
        metavar="[NAME=]FILE",
        help="a table of your own beside (CSV, Excel, Parquet), called as the file is; repeatable",
    )
    add_timeout(parser)
    parser.set_defaults(act=act)


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """For commands that may be asked for more than anybody waits for."""
    parser.add_argument("--timeout", metavar="SECONDS", type=float, help="give up after that long (default: never)")


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.commands.printed.answer import showing
    from pipelines.console.patience import check_seconds, patiently
    from pipelines.corpus.asked import open_corpus
    from pipelines.corpus.output import answer, format_of
    from pipelines.corpus.own_tables import own_tables

    format = format_of(arguments.format, arguments.to)
    check_seconds(arguments.timeout)
    with open_corpus(arguments.out) as corpus, console(1) as result:
        own = own_tables(arguments.own, corpus.columns)
        patiently(
            lambda: answer(corpus, arguments.sql, format, arguments.to, showing(result), own),
            corpus.stop,
            arguments.timeout,
        )
