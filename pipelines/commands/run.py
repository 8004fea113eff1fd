"""``earwitness run RECORDINGS --out OUT``."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.checkpoints.notes import set_unnamed
from pipelines.console.stopping import telling
from pipelines.console.terminal import console, note
from pipelines.process import began
from pipelines.run.preload import PRELOAD
from pipelines.run.words import add_words, named_of
from pipelines.store.switch import published_or
from pipelines.workers.server import start_server
from schemas.config import Config, from_mapping
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipelines.run.increment import Increment
    from pipelines.run.prepare import Prepared
    from pipelines.store.changes import Todo
    from pipelines.store.settings import Settings


def add(parser: argparse.ArgumentParser) -> None:
    parser.description = "Turns recordings into tables under OUT/current/<table>/*.parquet."
    parser.epilog = (
        "Options for Beam follow after --, for example: -- --direct_num_workers=4.  "
        "Exit codes: 0 published, 1 failed and nothing published, 2 wrong use, 75 another run is at work: try later."
    )
    add_words(parser)
    parser.set_defaults(
        act=act, rest="recordings", names=("recordings", "out", "config", "metadata", "model", "raw"), beam=[]
    )


def act(arguments: argparse.Namespace, terminal: Console) -> None:
    named = named_of(arguments)
    config = from_mapping(named)
    if not config.recordings:
        raise UsageError("no recordings: name files, folders or globs")
    if not config.out:
        raise UsageError("no place for the tables: name a folder with --out")
    out = Path(config.out)
    with telling(_nothing_written if arguments.dry_run else published_or(out, lambda: _kept(out))):
        _go(arguments, terminal, named, config)


def _go(arguments: argparse.Namespace, terminal: Console, named: dict[str, Any], config: Config) -> None:
    # Beam, torch and transformers take seconds to import: a wrong word is answered before that.
    from pipelines.store.settings import read_settings

    before = read_settings(Path(config.out))
    if before is not None:
        config = from_mapping(before.under(named))
    if (config.workers or 1) > 1 and not arguments.dry_run:
        start_server(PRELOAD)  # it imports what this process imports next
    from pipelines.run.run import prepare

    try:
        prepared = prepare(config)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
    for said in prepared.notes:
        note(terminal, said)
    if before is None and "models" not in named and (said := set_unnamed(config)):
        note(terminal, said)
    kept = before.as_it_was(named) if before is not None else ""
    if arguments.dry_run:
        _estimate(terminal, prepared, before, kept)
    else:
        _run(terminal, prepared, before, kept, yes=arguments.yes)


def _nothing_written() -> str:
    return "nothing was written"


def _kept(out: Path) -> str:
    from pipelines.run.outcome import what_is_kept

    return what_is_kept(out)


def _run(terminal: Console, prepared: Prepared, before: Settings | None, kept: str, *, yes: bool) -> None:
    from pipelines.commands.printed.run import ask, show_summary
    from pipelines.console.confirm import UnansweredError
    from pipelines.console.progress import ProgressBar
    from pipelines.run.anew import made_anew, refuse_found, remembered
    from pipelines.run.int8 import notes_before, notes_behind
    from pipelines.run.run import run
    from pipelines.store.settings import Settings, put_back

    out = Path(prepared.config.out)
    kept_now: list[Settings] = []
    with ExitStack() as showing:
        bar = ProgressBar(terminal, sum(len(source.files) for source in prepared.sources))

        def agree(there: Increment, todo: Todo) -> None:
            ask(terminal, made_anew(there, todo, before), yes=yes)
            _tell_settings(terminal, there, todo, before, kept)  # only now is it so
            if todo.taken:
                for line in notes_before(prepared):
                    note(terminal, line)
                kept_now.append(remembered(there, todo, before))
                kept_now[0].write(out)
            elif before is not None and (own := before.with_own_columns(prepared.config)) != before:
                own.write(out)
                kept_now.append(own)
            showing.enter_context(bar)  # only now: a question and a bar do not go on one line

        def agree_to_found(there: Increment, todo: Todo) -> None:
            if not yes:
                try:
                    refuse_found(there, todo, kept_now[0])
                except UnansweredError:
                    put_back(out, before)
                    raise
            remembered(there, todo, kept_now[0]).write(out)

        ticks = bar.address if prepared.runner.is_local else None
        published = run(prepared, ticks, bar.say, agree, agree_to_found, ahead=True)
    for line in notes_behind(prepared) if published else ():
        note(terminal, line)
    with console(1) as result:
        if published is None:
            n = sum(len(source.files) for source in prepared.sources)
            done = f"nothing to do: {f'all {n:,} files are' if n > 1 else 'the 1 file is'} in the tables"
            known = kept_now[0] if kept_now else before
            other = known.differences(Settings.of(prepared.config, known)) if known is not None else []
            told = f"; the corpus keeps its settings, not those of this run: {', '.join(other)}" if other else ""
            result.print(f"{done}{told}")
        else:
            show_summary(result, prepared.config, published)


def _estimate(terminal: Console, prepared: Prepared, before: Settings | None, kept: str) -> None:
    from pipelines.commands.printed.run import show_estimate
    from pipelines.run.anew import made_anew
    from pipelines.run.estimate import estimate
    from pipelines.run.increment import look
    from pipelines.store.folder import Folder
    from pipelines.store.sounds import register_of

    there = look(prepared, Folder(prepared.config.out))
    todo = there.todo()
    there.refuse_other_vectors(todo)
    for line in there.notes:
        note(terminal, line)
    _tell_settings(terminal, there, todo, before, kept)
    if anew := made_anew(there, todo, before):
        note(terminal, f"a run would ask, or be told --yes, before it makes anew: {anew}")
    with console(1) as result:
        clues = register_of(there.holdings).clues(there.forgotten)
        show_estimate(result, prepared, estimate(prepared, todo, began[0] if began else None, clues))


def _tell_settings(terminal: Console, there: Increment, todo: Todo, before: Settings | None, kept: str) -> None:
    """Say in which settings something is made, where they are not the defaults; nothing where nothing is made."""
    from pipelines.run.anew import other_settings

    if kept and todo.taken:
        note(terminal, f"as this corpus was made: {kept}")
    if other := other_settings(there, todo, before):
        note(terminal, other)
