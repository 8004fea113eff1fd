"""``earwitness forget OUT URI|ID... [--from TIME --to TIME]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from pipelines.console.stopping import telling
from pipelines.console.terminal import console
from schemas.duration import milliseconds_at
from schemas.errors import UsageError
from schemas.layout import TOMBSTONES


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "words", nargs="+", metavar="URI|ID", help="a file that holds the recording, or its recording_id"
    )
    parser.add_argument(
        "--from", dest="start", metavar="TIME", help="forget only a passage of one recording, from here (3:00; 180)"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="up to here (default: the end of the recording)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(act=act, rest="words", names=("words",))


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.commands.printed.forget import show_removed, what_of
    from pipelines.console.confirm import confirmed
    from pipelines.store.forget import forget, would_forget

    if arguments.start is not None or arguments.end is not None:
        _act_on_passage(arguments, aside)
        return
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


def _act_on_passage(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.commands.printed.passage import show_passage, what_of
    from pipelines.console.confirm import confirmed
    from pipelines.store.forget_passage import forget_passage, would_forget_passage

    start = milliseconds_at("0" if arguments.start is None else arguments.start)
    end = None if arguments.end is None else milliseconds_at(arguments.end)
    if len(arguments.words) != 1:
        raise UsageError(f"--from and --to: a passage is of one recording, not of {len(arguments.words)}")
    of = arguments.out, arguments.words[0], start, end
    with telling(_how_far(arguments.out)), console(1) as result:
        if not arguments.yes or arguments.dry_run:
            would = would_forget_passage(*of)
            show_passage(result, would, arguments.words[0], dry=True)
            if arguments.dry_run:
                result.print("nothing was removed")
                return
            otherwise = f"{what_of(would, arguments.words[0])} would be removed for good: say --yes if that is meant"
            if not confirmed(aside, "Remove these rows for good?", otherwise=otherwise):
                result.print("nothing was removed")
                return
        show_passage(result, forget_passage(*of), arguments.words[0])


def _how_far(out: Path) -> Callable[[], str]:
    """The tombstones are written first, then rows are taken out, snapshot by snapshot."""
    tombstones = out / TOMBSTONES
    before = tombstones.read_bytes() if tombstones.is_file() else b""

    def say() -> str:
        if not tombstones.is_file() or tombstones.read_bytes() == before:
            return "nothing was forgotten"
        return "no run takes them up again, but their rows may still be there: the same command removes them"

    return say
