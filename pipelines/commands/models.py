"""``earwitness models``, ``earwitness models SET`` and ``earwitness models all``."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from pipelines.checkpoints.listing import ALL, HEADINGS, legend, rows_of
from pipelines.console.rows import check_format, show_rows
from pipelines.console.terminal import console
from schemas.sets import SET_NAMES


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Lists the sets that --models chooses between, with what is published of their recognisers."
    parser.add_argument(
        "set", metavar="SET", nargs="?", help=f"list its checkpoints: {', '.join(SET_NAMES)}; or {ALL} that are known"
    )
    parser.add_argument("--format", metavar="table|csv|json", default="table", help="default: table")
    parser.set_defaults(act=act, rest="set")


def act(arguments: argparse.Namespace, aside: Console) -> None:
    check_format(arguments.format)
    rows, shown = rows_of(arguments.set)
    with console(1) as result:
        if arguments.format != "table":
            show_rows(result, rows, shown, arguments.format)
            return
        headings = [HEADINGS.get(name, name) for name in shown]
        show_rows(result, [{name: _figure(row[name]) for name in shown} for row in rows], shown, "table", headings)
        told = legend(rows)
        if arguments.set is None:
            told[1:] = [f"`earwitness models SET` lists its checkpoints, `earwitness models {ALL}` all that are known"]
        result.print("\n" + "\n".join(told))


def _figure(value: Any) -> Any:
    return f"{value:,}" if isinstance(value, int | float) else value
