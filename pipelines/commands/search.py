"""``earwitness search OUT "a crowd cheering"`` and ``earwitness search OUT --like FILE``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from pipelines.console.terminal import console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("text", metavar="TEXT", nargs="?", help='what is to be heard, as "a crowd cheering"')
    parser.add_argument("--like", metavar="FILE", type=Path, help="a recording, in place of a text")
    parser.add_argument("--top", metavar="N", type=int, default=20, help="how many windows (default: 20)")
    add_model(parser)
    parser.add_argument("--format", metavar="table|csv|json", default="table", help="default: table")
    parser.set_defaults(act=act, rest="text", names=("model",))


def add_model(parser: argparse.ArgumentParser) -> None:
    """Where the checkpoint lies, for commands that compare text with embeddings."""
    parser.add_argument(
        "--models", metavar="SET", help="the set whose checkpoint made the embeddings, if it is not found"
    )
    parser.add_argument("--model", metavar="CHECKPOINT", help="the same as a folder or a name on the Hub")


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.console.numbers import clock
    from pipelines.console.rows import check_format, show_rows
    from pipelines.embeddings.search import hits

    check_format(arguments.format)
    found = hits(
        arguments.out,
        arguments.text,
        like=arguments.like,
        top=arguments.top,
        models=arguments.models,
        model=arguments.model,
    )
    rows = [{**asdict(hit), "score": round(hit.score, 6)} for hit in found]
    if arguments.format == "table":
        rows = [{**row, "time": clock(hit.start_ms)} for row, hit in zip(rows, found, strict=True)]
    with console(1) as result:
        show_rows(result, rows, ("rank", "score", "time", "file", "words"), arguments.format)
