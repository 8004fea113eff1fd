"""``earwitness run RECORDINGS --out OUT``."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pipelines.console.stopping import telling
from pipelines.console.terminal import console, note
from pipelines.process import began
from pipelines.run.config_file import read_yaml
from pipelines.store.switch import published_or
from schemas.catalog import OF_RUNS
from schemas.config import Config, from_mapping
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.shown import shown

if TYPE_CHECKING:
    from pipelines.run.increment import Increment
    from pipelines.run.prepare import Prepared
    from pipelines.store.changes import Todo
    from pipelines.store.settings import Settings


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "run",
        help="decode, transcribe, describe and publish",
        description="Turns recordings into tables under OUT/current/<table>/*.parquet.",
        epilog="Options for Beam follow after --, for example: -- --direct_num_workers=4.  "
        "Exit codes: 0 published, 1 failed and nothing published, 2 wrong use, 75 another run is at work: try later.",
    )
    parser.add_argument("recordings", nargs="*", metavar="RECORDINGS", help="files, folders and globs")
    parser.add_argument("--out", metavar="FOLDER", help="the folder of the corpus")
    parser.add_argument("--config", metavar="FILE", help="a YAML file with any of these; the command line wins")
    parser.add_argument("--models", metavar="base|demo", help="a named set of checkpoints (default: base)")
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="JOB=CHECKPOINT",
        help=f"one job's checkpoint: a folder, or name or name@revision on the Hub; none leaves the job out; "
        f"repeatable; jobs: {', '.join(JOBS)}",
    )
    parser.add_argument(
        "--tables", metavar="TABLE,...", help=f"only these, and what they need; of {', '.join(OF_RUNS)}"
    )
    parser.add_argument("--metadata", metavar="CSV", help="your own columns, joined by file name or path")
    parser.add_argument("--channels", metavar="mix|each", help="average the channels (default) or keep them apart")
    parser.add_argument(
        "--raw",
        action="append",
        metavar="[.EXT=]CODING:HZ",
        help="how files without a header are written, such as alaw:8000, s16le:16000:2 (two channels) or "
        ".raw=s16le:16000; repeatable; none: as their extensions say",
    )
    parser.add_argument("--language", metavar="CODE", help="what is spoken, as a code such as en, or auto")
    parser.add_argument("--device", metavar="auto|cpu|cuda", help="where the models run (default: auto)")
    parser.add_argument("--precision", metavar="auto|fp32|bf16", help="of the models (default: auto)")
    parser.add_argument("--engine", metavar="auto|torch|openvino", help="what computes the models (default: auto)")
    parser.add_argument("--force", metavar="TABLE,...", help="make these anew, whatever the corpus holds")
    parser.add_argument("--retry-errors", action="store_true", help="take up again what has a row of errors")
    parser.add_argument("--prune", action="store_true", help="drop the rows of files that are gone")
    parser.add_argument("--strict", action="store_true", help="publish nothing if a row breaks a rule of the audit")
    parser.add_argument("--stop-after", metavar="8h", help="take up no further file after that time, and publish")
    parser.add_argument("--max-hours", type=float, metavar="H", help="hear no more of one recording (200)")
    parser.add_argument("--max-error-share", type=float, metavar="X", help="publish nothing if more of the files fail")
    parser.add_argument(
        "--keep", type=int, metavar="N", help="snapshots to keep, the published one among them (default: 3)"
    )
    parser.add_argument("--yes", action="store_true", help="make anew what other settings than the corpus's ask for")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and what it would cost")
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
    from pipelines.run.run import prepare

    try:
        prepared = prepare(config)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
    for said in prepared.notes:
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
    from pipelines.run.run import run
    from pipelines.store.settings import Settings, put_back

    out = Path(prepared.config.out)
    kept_now: list[Settings] = []
    with ExitStack() as showing:
        bar = ProgressBar(terminal, len(prepared.sources))

        def agree(there: Increment, todo: Todo) -> None:
            ask(terminal, made_anew(there, todo, before), yes=yes)
            _tell_settings(terminal, there, todo, before, kept)  # only now is it so
            if todo.taken:
                kept_now.append(remembered(there, todo, before))
                kept_now[0].write(out)
            showing.enter_context(bar)  # only now: a question and a bar do not go on one line

        def agree_to_found(there: Increment, todo: Todo) -> None:
            if not yes:
                try:
                    refuse_found(there, todo, kept_now[0])
                except UnansweredError:
                    put_back(out, before)
                    raise
            remembered(there, todo, kept_now[0]).write(out)

        published = run(prepared, bar.address if prepared.runner.is_local else None, bar.say, agree, agree_to_found)
    with console(1) as result:
        if published is None:
            n = len(prepared.sources)
            done = f"nothing to do: {f'all {n:,} files are' if n > 1 else 'the 1 file is'} in the tables"
            other = before.differences(Settings.of(prepared.config, before)) if before is not None else []
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

    there = look(prepared, Folder(prepared.config.out))
    todo = there.todo()
    there.refuse_other_vectors(todo)
    _tell_settings(terminal, there, todo, before, kept)
    if anew := made_anew(there, todo, before):
        note(terminal, f"a run would ask, or be told --yes, before it makes anew: {anew}")
    with console(1) as result:
        show_estimate(result, prepared, estimate(prepared, todo, began[0] if began else None))


def _tell_settings(terminal: Console, there: Increment, todo: Todo, before: Settings | None, kept: str) -> None:
    """Say in which settings something is made, where they are not the defaults; nothing where nothing is made."""
    from pipelines.run.anew import other_settings

    if kept and todo.taken:
        note(terminal, f"as this corpus was made: {kept}")
    if other := other_settings(there, todo, before):
        note(terminal, other)


def config_of(arguments: argparse.Namespace) -> Config:
    """What a run is told, with defaults for the rest.

    Raises:
        UsageError: see :func:`named_of`.
    """
    return from_mapping(named_of(arguments))


def named_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The keys that a person names: in the configuration file, if there is one, with the command line over it.

    Raises:
        UsageError: a file that cannot be read, words that are no pair.
    """
    values: dict[str, Any] = read_yaml(arguments.config) if arguments.config else {}
    for name in (
        *("out", "models", "channels", "language", "device", "precision", "engine"),
        *("keep", "stop_after", "max_error_share", "max_hours"),
    ):
        if getattr(arguments, name) is not None:
            values[name] = getattr(arguments, name)
    if arguments.raw:
        values["raw"] = [] if arguments.raw == ["none"] else arguments.raw
    if arguments.recordings:
        values["recordings"] = arguments.recordings
    for name in ("tables", "force"):
        if getattr(arguments, name):
            values[name] = [table.strip() for table in getattr(arguments, name).split(",") if table.strip()]
    for name in ("retry_errors", "prune", "strict"):
        if getattr(arguments, name):
            values[name] = True
    if arguments.metadata:
        values["metadata"] = {**_mapping(values, "metadata"), "path": arguments.metadata}
    if arguments.model:
        values["model"] = {**_mapping(values, "model"), **dict(_pair(word) for word in arguments.model)}
    if arguments.beam:
        values["beam"] = arguments.beam
    if values.get("language") == "auto":
        values["language"] = None
    if values.get("tables") in ("all", ["all"]):
        values["tables"] = None
    return values


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    known = values.get(key) or {}
    if not isinstance(known, dict):
        raise UsageError(f"{key}: expected keys and values, got {shown(known)}")
    return known


def _pair(word: str) -> tuple[str, str]:
    job, equals, checkpoint = word.partition("=")
    if not equals or not checkpoint:
        raise UsageError(f"--model {word[:100]}: expected JOB=CHECKPOINT, as in emotions=superb/hubert-base-superb-er")
    return job, checkpoint
