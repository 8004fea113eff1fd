"""``earwitness agree OUT sheet.csv``."""

from __future__ import annotations

import argparse
from dataclasses import asdict, fields
from pathlib import Path

from rich.console import Console

from pipelines.console.terminal import console, note


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("sheet", metavar="SHEET.csv", type=Path, help="a sheet of `earwitness sample`, filled in")
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="without effect: nothing is drawn by lot any more"
    )
    parser.add_argument("--format", metavar="table|csv|json", default="table", help="default: table")
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.agreement.figures import agree
    from pipelines.agreement.kept import Agreement, keep
    from pipelines.agreement.sheet import read_sheet
    from pipelines.console.rows import check_format, show_rows
    from pipelines.files.printable import printable

    check_format(arguments.format)
    sheet = read_sheet(arguments.out, arguments.sheet)
    found = agree(sheet.coded)
    doubts = [*sheet.doubts, *([] if found else ["nothing could be compared"])]
    rows = [asdict(one) for one in found]
    columns = [field.name for field in fields(Agreement)]
    with console(1) as result:
        show_rows(result, rows, columns, arguments.format)
    for doubt in doubts:
        note(aside, printable(doubt))
    if doubts:
        note(aside, "therefore these figures are not kept for `earwitness methods`")
    else:
        told = keep(arguments.out, arguments.sheet, found)
        aside.print(printable(told), style="dim")
