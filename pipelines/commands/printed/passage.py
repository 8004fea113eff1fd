"""What ``earwitness forget --from --to`` removed, or would remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.commands.printed.forget import show_given_up, show_rows
from pipelines.console.numbers import clock

if TYPE_CHECKING:
    from pipelines.store.forget_passage import RemovedPassage


def show_passage(console: Console, removed: RemovedPassage, word: str, *, dry: bool = False) -> None:
    """Say what was removed, or would be.

    Args:
        word: what the recording was called.
    """
    show_rows(console, what_of(removed, word), removed.snapshots, removed.rows, dry=dry)
    if removed.reach is not None:
        start, end = removed.reach
        between = f"{clock(start)} and {clock(end + 999)}"
        console.print(f"rows go whole: the windows and segments that reach into it lie between {between}")
    for key in removed.others:
        console.print(
            f"{word} held another content before, which stays: name {key} if a passage of that has to go, too"
        )
    show_given_up(console, removed.staging, removed.pages, dry=dry)
    if not dry:
        console.print(
            "the recording itself is untouched, and figures over the whole of it (loudness, speech_share) stay; no run "
            "makes rows of this passage again. A copy that was cut or coded anew is another recording"
        )


def what_of(removed: RemovedPassage, word: str) -> str:
    """``0:03:00 to 0:05:00 of interview.wav``."""
    start, end = removed.stretch
    return f"{clock(start)} to {clock(end)} of {word}"
