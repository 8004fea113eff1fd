"""``earwitness methods OUT``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.console.terminal import console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.report.methods import methods

    text = methods(arguments.out)
    with console(1) as result:
        result.out(text, end="")
