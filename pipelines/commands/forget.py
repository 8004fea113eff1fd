"""``earwitness forget OUT URI|ID...``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.console.stopping import telling
from pipelines.console.terminal import console
from schemas.layout import TOMBSTONES

if TYPE_CHECKING:
    pass


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("forget", help="remove every row of recordings, for good (consent withdrawn)")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "words", nargs="+", metavar="URI|ID", help="a file that holds the recording, or its recording_id"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(act=act, rest="words", names=("words",))


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.commands.printed.forget import show_removed, what_of
    from pipelines.console.confirm import confirmed
    from pipelines.store.forget import forget, would_forget

    with telling(_how_far(arguments.out)), console(1) as result:
        if not arguments.yes or arguments.dry_run:
            would = would_forget(arguments.out, arguments.words)
            show_removed(result, would, dry=True)
            if arguments.dry_run:
                result.print("nothing was removed")
                return
            what = f"{what_of(would)} would be removed for good"
            if not confirmed(aside, "Remove them for good?", otherwise=f"{what}: say --yes if that is meant"):
                result.print("nothing was removed")
                return
        show_removed(result, forget(arguments.out, arguments.words))


def _how_far(out: Path) -> Callable[[], str]:
    """The tombstones are written first, then rows are taken out, snapshot by snapshot."""
    tombstones = out / TOMBSTONES
    before = tombstones.read_bytes() if tombstones.is_file() else b""

    def say() -> str:
        if not tombstones.is_file() or tombstones.read_bytes() == before:
            return "nothing was forgotten"
        return "no run takes them up again, but their rows may still be there: the same command removes them"

    return say
