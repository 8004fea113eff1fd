"""``earwitness forget OUT URI|ID...``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.terminal import console


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("forget", help="remove every row of recordings, for good (consent withdrawn)")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "words", nargs="+", metavar="URI|ID", help="a file that holds the recording, or its recording_id"
    )
    parser.set_defaults(act=act, rest="words")


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.forget import forget, show_removed

    removed = forget(arguments.out, arguments.words)
    with console(1) as result:
        show_removed(result, removed)
