"""``earwitness run RECORDINGS --out OUT``."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from pipelines.terminal import console
from pipelines.yaml_file import read_yaml
from schemas.catalog import JOBS, OF_RUNS
from schemas.config import Config, ConfigError, from_mapping


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
    parser.add_argument("--language", metavar="CODE", help="what is spoken, as a code such as en")
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
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and what it would cost")
    parser.set_defaults(act=act, rest="recordings", beam=[])


def act(arguments: argparse.Namespace, terminal: Console) -> None:
    config = config_of(arguments)
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
        prepared = prepare(config)
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from None
    for note in prepared.notes:
        terminal.print(f"note: {note}", style="yellow", highlight=False, markup=False)
    with console(1) as result:
        if arguments.dry_run:
            show_estimate(result, prepared, estimate(prepared))
            return
        with ProgressBar(terminal, len(prepared.sources)) as bar:
            published = run(prepared, bar.address if prepared.engine.is_local else None, bar.say)
        if published is None:
            result.print(f"nothing to do: all {len(prepared.sources):,} files are in the tables", highlight=False)
            return
        show_summary(result, config, published)


def config_of(arguments: argparse.Namespace) -> Config:
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
        "max_hours",
    ):
        if getattr(arguments, name) is not None:
            values[name] = getattr(arguments, name)
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
