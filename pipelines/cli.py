"""The command line: words into a configuration, results into words and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from rich.console import Console

from pipelines.commands import ADD
from pipelines.failure import RunError, first_line
from pipelines.lock import BusyError
from pipelines.terminal import complain, console, keep, own_terminal
from pipelines.versions import version_of
from pipelines.yaml_file import read_yaml
from schemas.catalog import JOBS, OF_RUNS
from schemas.config import Config, ConfigError, from_mapping
from transforms.models.checkpoint import ModelError

if TYPE_CHECKING:
    from pipelines.run import Prepared

PUBLISHED, FAILED, WRONG_USE, BUSY = 0, 1, 2, 75
TAKE_RECORDINGS = ("run", "export")
"""Commands whose last words are recordings; argparse sees only those before the first option."""


def command() -> NoReturn:
    """The command as a process of its own."""
    code = main()
    if code == FAILED:
        # A run that broke off leaves threads at work, which would abort the interpreter at its end.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 published, 1 failed, 2 wrong use, 75 try later.

    What was asked for (the summary, the estimate) goes to standard output, all else to standard error.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    beam_options: list[str] = []
    if "--" in words:
        at = words.index("--")
        words, beam_options = words[:at], words[at + 1 :]
    arguments = parse(words)
    with own_terminal() as (terminal, log):
        try:
            if arguments.command != "run":
                arguments.act(arguments, terminal)
                return PUBLISHED
            config = config_of(arguments, beam_options)
            return _run(config, terminal, dry=arguments.dry_run)
        except ConfigError as error:
            complain(terminal, str(error))
            return WRONG_USE
        except BusyError as error:
            complain(terminal, str(error))
            return BUSY
        except KeyboardInterrupt:
            complain(terminal, "stopped; nothing was published")
        except ModelError as error:
            complain(terminal, str(error))
        except RunError as error:
            complain(terminal, str(error), keep(log, error) if error.__cause__ else None)
        except Exception as error:
            told = f"an error that was not foreseen: {type(error).__name__}: {first_line(error)}"
            complain(terminal, told, keep(log, error))
    return FAILED


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words told apart; recordings may stand before, between and after the options.

    Raises:
        SystemExit: unknown words, or help was asked for.
    """
    arguments, others = parser().parse_known_args(words)
    unknown = [word for word in others if word.startswith("-")]
    if unknown:
        parser().error(f"unknown option {unknown[0]}: `earwitness {arguments.command} --help` lists them")
    if arguments.command in TAKE_RECORDINGS:
        arguments.recordings += others
    elif others:
        parser().error(f"unknown word {others[0]}")
    return arguments


class _Parser(argparse.ArgumentParser):
    """Options in full: `--to` is not `--top`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **given})


def parser() -> argparse.ArgumentParser:
    """The words that the command knows."""
    top = _Parser(prog="earwitness", description="Turns a corpus of recordings into tables.")
    top.add_argument("--version", action="version", version=f"earwitness {version_of('earwitness')}")
    commands: argparse._SubParsersAction[Any] = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="decode, transcribe, describe and publish",
        description="Turns recordings into tables under OUT/current/<table>/*.parquet.",
        epilog="Options for Beam follow after --, for example: -- --direct_num_workers=4.  "
        "Exit codes: 0 published, 1 failed and nothing published, 2 wrong use, 75 another run is at work: try later.",
    )
    run.add_argument("recordings", nargs="*", metavar="RECORDINGS", help="files, folders and globs")
    run.add_argument("--out", metavar="FOLDER", help="the folder of the corpus")
    run.add_argument("--config", metavar="FILE", help="a YAML file with any of these; the command line wins")
    run.add_argument("--models", metavar="base|demo", help="a named set of checkpoints (default: base)")
    run.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="JOB=CHECKPOINT",
        help=f"one job's checkpoint: a folder, or name or name@revision on the Hub; none leaves the job out; "
        f"repeatable; jobs: {', '.join(JOBS)}",
    )
    run.add_argument("--tables", metavar="TABLE,...", help=f"only these, and what they need; of {', '.join(OF_RUNS)}")
    run.add_argument("--metadata", metavar="CSV", help="your own columns, joined by file name or path")
    run.add_argument("--channels", metavar="mix|each", help="average the channels (default) or keep them apart")
    run.add_argument("--language", metavar="CODE", help="what is spoken, as a code such as en")
    run.add_argument("--device", metavar="auto|cpu|cuda", help="where the models run (default: auto)")
    run.add_argument("--precision", metavar="auto|fp32|bf16", help="of the models (default: auto)")
    run.add_argument("--engine", metavar="auto|torch|openvino", help="what computes the models (default: auto)")
    run.add_argument("--force", metavar="TABLE,...", help="make these anew, whatever the corpus holds")
    run.add_argument("--retry-errors", action="store_true", help="take up again what has a row of errors")
    run.add_argument("--prune", action="store_true", help="drop the rows of files that are gone")
    run.add_argument("--stop-after", metavar="8h", help="take up no further file after that time, and publish")
    run.add_argument("--max-error-share", type=float, metavar="X", help="publish nothing if more of the files fail")
    run.add_argument(
        "--keep", type=int, metavar="N", help="snapshots to keep, the published one among them (default: 3)"
    )
    run.add_argument("--dry-run", action="store_true", help="say what would be done and what it would cost")
    for add in ADD:
        add(commands)
    return top


def config_of(arguments: argparse.Namespace, beam_options: Sequence[str]) -> Config:
    """The configuration file, if there is one, with the command line over it.

    Raises:
        ConfigError: a file that cannot be read, an unknown key, a value of the wrong kind.
    """
    values: dict[str, Any] = read_yaml(arguments.config) if arguments.config else {}
    for name in (
        "out",
        "models",
        "channels",
        "language",
        "device",
        "precision",
        "engine",
        "keep",
        "stop_after",
        "max_error_share",
    ):
        if getattr(arguments, name) is not None:
            values[name] = getattr(arguments, name)
    if arguments.recordings:
        values["recordings"] = arguments.recordings
    for name in ("tables", "force"):
        if getattr(arguments, name):
            values[name] = [table.strip() for table in getattr(arguments, name).split(",") if table.strip()]
    for name in ("retry_errors", "prune"):
        if getattr(arguments, name):
            values[name] = True
    if arguments.metadata:
        values["metadata"] = {**_mapping(values, "metadata"), "path": arguments.metadata}
    if arguments.model:
        values["model"] = {**_mapping(values, "model"), **dict(_pair(word) for word in arguments.model)}
    if beam_options:
        values["beam"] = list(beam_options)
    return from_mapping(values)


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    known = values.get(key) or {}
    if not isinstance(known, dict):
        raise ConfigError(f"{key}: expected keys and values, got {known!r}")
    return known


def _pair(word: str) -> tuple[str, str]:
    job, equals, checkpoint = word.partition("=")
    if not equals or not checkpoint:
        raise ConfigError(f"--model {word}: expected JOB=CHECKPOINT, as in emotions=superb/hubert-base-superb-er")
    return job, checkpoint


def _run(config: Config, terminal: Console, *, dry: bool) -> int:
    if not config.recordings:
        raise ConfigError("no recordings: name files, folders or globs")
    if not config.out:
        raise ConfigError("no place for the tables: name a folder with --out")
    # Beam, torch and transformers take seconds to import: a wrong word is answered before that.
    from pipelines.dryrun import estimate, show_estimate
    from pipelines.progress import ProgressBar
    from pipelines.run import prepare, run
    from pipelines.summary import show_summary

    try:
        prepared: Prepared = prepare(config)
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from None
    for note in prepared.notes:
        terminal.print(f"note: {note}", style="yellow", highlight=False, markup=False)
    with console(1) as result:
        if dry:
            show_estimate(result, prepared, estimate(prepared))
            return PUBLISHED
        with ProgressBar(terminal, len(prepared.sources)) as bar:
            published = run(prepared, bar.address if prepared.engine.is_local else None, bar.say)
        if published is None:
            result.print(f"nothing to do: all {len(prepared.sources):,} files are in the tables", highlight=False)
            return PUBLISHED
        show_summary(result, config, published)
    return PUBLISHED
