"""What a finished run says."""

from __future__ import annotations

import shlex
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pipelines.console.numbers import counted
from pipelines.run.run import Published
from pipelines.store.switch import seen_at
from schemas.catalog import TABLES
from schemas.config import Config
from schemas.layout import CURRENT, POINTER


def show_summary(console: Console, config: Config, published: Published) -> None:
    """Print the tables with their rows, what failed and why, how long it took and where all lies."""
    measured = published.measured
    _line(console, f"{'table':12}  {'rows':>11}  one row is", style="bold")
    runs = len(list((published.snapshot / "runs").glob("*.parquet")))
    for name, rows in {**measured.rows, "runs": runs}.items():
        _line(console, f"{name:12}  {rows:11,}  {TABLES[name].row}")
    files = ", ".join(f"{n:,} {status}" for status, n in measured.files.items())
    console.print(f"\n{counted(sum(measured.files.values()), 'file')}: {files}", highlight=False)
    said = {
        "taken": "taken up",
        "resumed": "taken over from an unfinished run",
        "skipped": "known",
        "pruned": "dropped",
    }
    done = [f"{measured.inputs[what]:,} {words}" for what, words in said.items() if measured.inputs[what]]
    if measured.inputs["waiting"]:
        done.append(f"{measured.inputs['waiting']:,} waiting for the next run")
    console.print(f"in this run: {', '.join(done) or 'only what is known of them'}", highlight=False)
    if measured.errors:
        errors = ", ".join(f"{n:,} {reason}" for reason, n in measured.errors.items())
        console.print(f"{counted(sum(measured.errors.values()), 'error')}: {errors}", highlight=False)
    if published.audit.taken_out:
        console.print("taken out, because rows broke a rule of the audit (errors: broke_a_rule):", style="yellow")
        for line in published.audit.taken_out:
            console.print(f"  {line}", highlight=False, markup=False, style="yellow")
    checks = f"{len(published.audit.checks)} checks of the audit passed"
    if measured.audio_seconds:  # none where only metadata changed
        speed = measured.audio_seconds / measured.wall_seconds if measured.wall_seconds else 0
        took = f"in {measured.wall_seconds:,.0f} s ({speed:.1f}x real time)"
        checks = f"{measured.audio_seconds / 3600:.3g} hours of audio {took}, {checks}"
    console.print(checks, highlight=False)
    for job, model in measured.models.items():
        console.print(f"  {job:12} {measured.model_seconds[job]:9,.1f} s  {model}", highlight=False, markup=False)
    folder = Path(config.out)
    console.print(f"\npublished: {seen_at(folder)}", highlight=False, markup=False, style="bold")
    if not (folder / CURRENT).is_symlink():
        told = f"this disk knows no links: after each publish {folder / POINTER} names the folder that is to be read"
        console.print(told, highlight=False, markup=False)
    out = shlex.quote(config.out)
    query = f'earwitness query {out} "SELECT text FROM transcripts LIMIT 5"'
    console.print(
        f"try: {query if 'transcripts' in measured.rows else f'earwitness tables {out}'}", highlight=False, markup=False
    )


def _line(console: Console, text: str, style: str = "") -> None:
    """One line, cut to the width of a terminal; a pipe has it whole."""
    line = Text(text, style=style)
    if console.is_terminal:
        line.truncate(console.width, overflow="ellipsis")
    console.print(line, highlight=False)
