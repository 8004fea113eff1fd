"""``earwitness speakers OUT``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.console.stopping import telling
from pipelines.console.terminal import console
from pipelines.store.switch import published_or


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "--threshold",
        metavar="COSINE",
        type=float,
        help="least mean cosine at which two voices are one (default: what is known of the checkpoint)",
    )
    parser.add_argument(
        "--check",
        metavar="COLUMN",
        help="a metadata column that names who speaks, to compare with (default: speaker, where there is one)",
    )
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.audit.auditor import audit_ahead
    from pipelines.commands.printed.speakers import show_labelled
    from pipelines.speakers.check import check_column
    from pipelines.speakers.label import label_speakers

    with telling(published_or(arguments.out, lambda: "the tables are as they were")):
        check_column(arguments.out, arguments.check)
        with audit_ahead(is_wanted=True) as ask:  # beside this process, which reads and clusters
            labelled = label_speakers(arguments.out, arguments.threshold, ask=ask)
        with console(1) as result:
            show_labelled(result, arguments.out, labelled, arguments.check)
