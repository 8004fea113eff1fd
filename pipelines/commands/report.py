"""``earwitness report OUT``."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from pipelines.commands.mentions import add_count
from pipelines.console.numbers import counted
from pipelines.console.stopping import telling, written_files
from pipelines.console.terminal import console
from pipelines.errors import CommandError


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("--to", metavar="FOLDER", type=Path, help="where to write the pages (default: OUT/report)")
    parser.add_argument("--by", metavar="COLUMN", action="append", default=[], help="a metadata column; repeatable")
    parser.add_argument("--mentions", metavar="PHRASE", action="append", default=[], help="to count; repeatable")
    parser.add_argument(
        "--recordings", metavar="ID|FILE|top:N", nargs="+", default=[], help="write a page for each of these, too"
    )
    add_count(parser)
    parser.add_argument("--no-audio", action="store_true", help="pages that play nothing: they name no place of a file")
    parser.set_defaults(act=act, names=("recordings",))


def act(arguments: argparse.Namespace, aside: Console) -> None:
    if find_spec("plotly") is None:
        raise CommandError("the report is drawn with plotly, which is not installed: pip install 'earwitness[report]'")

    from pipelines.corpus.appearances import count_of
    from pipelines.report.report import write_report

    with telling(written_files("page")):
        written = write_report(
            arguments.out,
            arguments.to,
            by=arguments.by,
            phrases=arguments.mentions,
            recordings=arguments.recordings,
            linked=not arguments.no_audio,
            count=count_of(arguments.count),
        )
        with console(1) as result:
            more = f" and {counted(len(written) - 1, 'page')} of recordings beside it" if len(written) > 1 else ""
            result.print(f"{written[0]}{more}")
