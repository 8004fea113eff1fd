"""What a run says: what it would do, what it asks before it begins, and what it did."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines.checkpoints.chosen import chosen
from pipelines.checkpoints.demo import INSTEAD, WHAT_IT_IS, is_of_demo
from pipelines.console.confirm import RefusedError, confirmed
from pipelines.console.numbers import counted, duration_in_words, hours_in_words, megabytes, speed_in_words
from pipelines.console.table import print_table
from pipelines.console.terminal import note
from pipelines.run.anew import Anew
from pipelines.run.run import Prepared, Published
from pipelines.store.read import Snapshot
from pipelines.store.switch import seen_at
from schemas.catalog import TABLES
from schemas.config import Config
from schemas.layout import CURRENT, POINTER

if TYPE_CHECKING:
    from pipelines.run.estimate import Estimate


def show_summary(console: Console, config: Config, published: Published) -> None:
    """Print the tables with their rows, what failed and why, how long it took and where all lies."""
    measured = published.measured
    runs = Snapshot(published.snapshot).count("runs")
    rows = [(name, f"{n:,}", TABLES[name].row) for name, n in {**measured.rows, "runs": runs}.items()]
    print_table(console, ("table", "rows", "one row is"), rows, right={1})
    files = ", ".join(f"{n:,} {status}" for status, n in measured.files.items())
    console.print(f"\n{counted(sum(measured.files.values()), 'file')}: {files}")
    said = {
        "taken": "taken up",
        "resumed": "taken over from an unfinished run",
        "skipped": "known",
        "pruned": "dropped",
    }
    done = [f"{measured.inputs[what]:,} {words}" for what, words in said.items() if measured.inputs[what]]
    if measured.inputs["waiting"]:
        done.append(f"{measured.inputs['waiting']:,} waiting for the next run")
    console.print(f"in this run: {', '.join(done) or 'only what is known of them'}")
    if measured.errors:
        errors = ", ".join(f"{n:,} {reason}" for reason, n in measured.errors.items())
        console.print(f"{counted(sum(measured.errors.values()), 'error')}: {errors}")
    if measured.notes:
        notes = ", ".join(f"{n:,} {note}" for note, n in measured.notes.items())
        console.print(f"{counted(sum(measured.notes.values()), 'note')} on files: {notes}")
    if published.audit.taken_out:
        console.print("taken out, because rows broke a rule of the audit (errors: broke_a_rule):", style="yellow")
        for line in published.audit.taken_out:
            console.print(f"  {line}", style="yellow")
    checks = f"{len(published.audit.checks)} checks of the audit passed"
    if measured.audio_seconds:  # none where only metadata changed
        speed = measured.audio_seconds / measured.wall_seconds if measured.wall_seconds else 0
        took = f"in {duration_in_words(measured.wall_seconds)} ({speed_in_words(speed)})"
        checks = f"{hours_in_words(measured.audio_seconds / 3600)} of audio {took}, {checks}"
    console.print(checks)
    for job, model in measured.models.items():
        console.print(f"  {job:12} {measured.model_seconds[job]:9,.1f} s  {model}")
    if any(is_of_demo(job, checkpoint) for job, checkpoint in chosen(config).items() if job in measured.rows):
        console.print(f"{WHAT_IT_IS}: {INSTEAD}", style="yellow")
    folder = Path(config.out)
    console.print(f"\npublished: {seen_at(folder)}", style="bold")
    if not (folder / CURRENT).is_symlink():
        told = f"this disk knows no links: after each publish {folder / POINTER} names the folder that is to be read"
        console.print(told)
    out = shlex.quote(config.out)
    query = f'earwitness query {out} "SELECT text FROM transcripts LIMIT 5"'
    console.print(f"try: {query if 'transcripts' in measured.rows else f'earwitness tables {out}'}")


def show_estimate(console: Console, prepared: Prepared, guess: Estimate) -> None:
    """Print what a run would take up, and what that would cost."""
    about = "" if guess.all_headers else "about "
    unreadable = f" ({about}{guess.unreadable:,} unreadable)" if guess.unreadable else ""
    after = "their headers" if guess.all_headers else f"the headers of {guess.headers:,} and the sizes of all"
    hours = f"{about}{hours_in_words(guess.audio_seconds / 3600)} of audio"
    lines = [
        f"{counted(guess.files, 'file')}{unreadable}, {hours} after {after}",
        f"tables: {', '.join(prepared.tables)}",
        *(f"  {job:12} {checkpoint}" for job, checkpoint in prepared.checkpoints.items()),
    ]
    if guess.known:
        lines.insert(1, f"{counted(guess.known, 'known file')} beside them that need nothing")
    if guess.familiar:
        begin = "begin with a sound that is known: the rows of those that go on so follow, and nothing is computed"
        lines.insert(1, f"{about}{guess.familiar:,} of them {begin}")
    console.print("\n".join(lines))
    if not guess.files:
        console.print("nothing to do")
        return
    if guess.wall_seconds is None or guess.disk_bytes is None:
        why = "nothing else is to be heard" if guess.familiar else "no file has a readable header"
        console.print(f"no time or disk is estimated: {why}", style="yellow")
        return
    workers = counted(prepared.runner.workers, "worker")
    console.print(
        f"about {duration_in_words(guess.wall_seconds)} and {megabytes(guess.disk_bytes)} on disk, "
        f"from a sample of {guess.sample_seconds:.0f} s on this machine with {workers}"
    )
    console.print("nothing was written")


def ask(terminal: Console, anew: Anew, *, yes: bool) -> None:
    """Ask whether that is meant; nothing is asked where nothing is made anew.

    Raises:
        UnansweredError: there is no terminal to ask at.
        RefusedError: the answer is no.
    """
    if not anew:
        return
    if yes:
        note(terminal, f"made anew: {anew}")
        return
    otherwise = f"{anew} would be made anew: say --yes if that is meant, or name the settings that they were made in"
    if not confirmed(terminal, f"to be made anew: {anew}\nGo on?", otherwise=otherwise):
        raise RefusedError("nothing was done: name the settings that they were made in to leave them as they are")
