"""``earwitness forget OUT URI|ID...``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.console.numbers import counted
from pipelines.console.stopping import telling
from pipelines.console.terminal import console
from schemas.layout import TOMBSTONES

if TYPE_CHECKING:
    from pipelines.store.forget import Removed


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
    from pipelines.console.confirm import confirmed
    from pipelines.store.forget import forget, would_forget

    with telling(_how_far(arguments.out)), console(1) as result:
        if not arguments.yes or arguments.dry_run:
            would = would_forget(arguments.out, arguments.words)
            show_removed(result, would, dry=True)
            if arguments.dry_run:
                result.print("nothing was removed", highlight=False)
                return
            what = f"{_what(would)} would be removed for good"
            if not confirmed(aside, "Remove them for good?", otherwise=f"{what}: say --yes if that is meant"):
                result.print("nothing was removed", highlight=False)
                return
        show_removed(result, forget(arguments.out, arguments.words))


def show_removed(console: Console, removed: Removed, *, dry: bool = False) -> None:
    """Say what was removed, or would be."""

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    rows = ", ".join(f"{n:,} of {table}" for table, n in removed.rows.items()) or "none"
    say(
        f"{'to be forgotten' if dry else 'forgotten'}: {_what(removed)}, out of "
        f"{counted(removed.snapshots, 'snapshot')}; rows of the published tables: {rows}"
    )
    for uri in removed.replaced:
        say(f"{uri} stays: it held one of them and holds something else now; name it as well if that is to go, too")
    if removed.staging:
        say(f"the work of a run that was not published {'would be' if dry else 'was'} given up")
    pages = removed.pages
    if pages.removed:
        say(
            f"{counted(pages.removed, 'page')} of the report {'would go' if dry else 'went'}, for they spoke of them: "
            "`earwitness report` writes it anew; pages that you wrote elsewhere or copied are yours to delete"
        )
    if pages.left:
        say("what else lies in the folder of the report is not ours, and stays")
    if pages.behind is not None:
        say(f"the folder of the report is a link to {pages.behind}: pages there may speak of them, and are yours")
    if not dry:
        say(
            "no run takes up these files or this content again; a copy that was cut, coded anew or given other tags is "
            "another recording, which a run would take"
        )


def _what(removed: Removed) -> str:
    return f"{counted(removed.recordings, 'recording')} in {counted(removed.files, 'file')}"


def _how_far(out: Path) -> Callable[[], str]:
    """The tombstones are written first, then rows are taken out, snapshot by snapshot."""
    tombstones = out / TOMBSTONES
    before = tombstones.read_bytes() if tombstones.is_file() else b""

    def say() -> str:
        if not tombstones.is_file() or tombstones.read_bytes() == before:
            return "nothing was forgotten"
        return "no run takes them up again, but their rows may still be there: the same command removes them"

    return say
