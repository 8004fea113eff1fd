"""``earwitness agree OUT sheet.csv``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from pipelines.terminal import console


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("agree", help="say how far the machine agrees with a filled sheet")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("sheet", metavar="SHEET.csv", type=Path, help="a sheet of `earwitness sample`, filled in")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the bootstrap (default: 0)")
    parser.add_argument("--format", metavar="table|csv|json", default="table", help="default: table")
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.agree import agree
    from pipelines.listing import check_format, show_rows
    from pipelines.sheet import foreign_labels, read_sheet

    check_format(arguments.format)
    coded = read_sheet(arguments.out, arguments.sheet)
    rows = [asdict(one) for one in agree(arguments.out, coded, seed=arguments.seed)]
    with console(1) as result:
        show_rows(result, rows, list(rows[0]) if rows else [], arguments.format)
        for note in foreign_labels(arguments.out, coded):
            aside.print(f"note: {note}", style="yellow", highlight=False, markup=False)
