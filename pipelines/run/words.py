"""The words of ``earwitness run``, and the configuration that they and a file come to."""

from __future__ import annotations

import argparse
from typing import Any

from pipelines.checkpoints.notes import sets_in_a_line
from pipelines.run.config_file import read_yaml
from pipelines.run.vocabulary import read_vocabulary
from schemas.catalog import OF_RUNS
from schemas.config import Config, from_mapping
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.sets import SET_NAMES
from schemas.shown import shown
from transforms.languages import read_language


def add_words(parser: argparse.ArgumentParser) -> None:
    """Tell a parser what a run may be told."""
    parser.add_argument("recordings", nargs="*", metavar="RECORDINGS", help="files, folders and globs")
    parser.add_argument("--out", metavar="FOLDER", help="the folder of the corpus")
    parser.add_argument("--config", metavar="FILE", help="a YAML file with any of these; the command line wins")
    parser.add_argument(
        "--models",
        nargs="?",
        const="",
        metavar="SET",
        help=f"a named set of checkpoints: {', '.join(SET_NAMES)} (default: base); `earwitness models` lists them",
    )
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
    parser.add_argument("--metadata", metavar="FILE", help="your own columns (CSV or Excel), joined by file name")
    parser.add_argument(
        "--types",
        action="append",
        metavar="COLUMN=TYPE,...",
        help="of your own columns: int, float, bool, date or datetime; text (default)",
    )
    parser.add_argument(
        "--path-columns", metavar="PATTERN", help="columns out of the path, as {station}/{year}/{show}; none: no more"
    )
    parser.add_argument("--metadata-key", metavar="COLUMN", help="that names the files (default: found out)")
    parser.add_argument("--metadata-encoding", metavar="NAME", help="of that file, as cp1252 (default: found out)")
    parser.add_argument("--metadata-separator", metavar="SIGN", help="between its cells: comma, semicolon, tab...")
    parser.add_argument("--metadata-sheet", metavar="NAME", help="of a workbook (default: the first)")
    parser.add_argument("--channels", metavar="mix|each", help="make one of the channels (default) or keep them apart")
    parser.add_argument(
        "--mix",
        metavar="auto|mean|N|N+N",
        help="how channels become one: their mean, and another mix where a voice would be lost in it (default: auto), "
        "always the mean, or only the channels of these numbers",
    )
    parser.add_argument(
        "--tracks",
        metavar="default|first|all|N|LANG",
        help="which audio track of a file is heard: the one that players take (default; another where it is silent), "
        "the first, all of them, a number, or a language as the files write it",
    )
    parser.add_argument(
        "--raw",
        action="append",
        metavar="[.EXT=]CODING:HZ",
        help="how files without a header are written, such as alaw:8000, s16le:16000:2 (two channels) or "
        ".raw=s16le:16000; repeatable; none: as their extensions say",
    )
    parser.add_argument(
        "--join-parts",
        action=argparse.BooleanOptionalAction,
        help="make one recording of the files that a recorder split one take into (default: no)",
    )
    parser.add_argument(
        "--location",
        action=argparse.BooleanOptionalAction,
        help="keep where a recording was made, if its header says so (default: no)",
    )
    parser.add_argument(
        "--language", metavar="CODE", help="what is spoken, as a code such as en or its English name, or auto"
    )
    parser.add_argument(
        "--vocabulary",
        metavar="FILE",
        help="words and names that transcripts are to prefer, one a line, the weightiest first; none: no more",
    )
    parser.add_argument(
        "--language-column", metavar="COLUMN", help="your own column that says the language of each file; none: no more"
    )
    parser.add_argument(
        "--device",
        metavar="auto|cpu|cuda|cuda:0,2",
        help="where the models run: cuda is every GPU, cuda:0,2 the GPUs of these numbers (default: auto)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes that work side by side; 1 is this one with threads (default: what suits machine and work)",
    )
    parser.add_argument("--precision", metavar="auto|fp32|bf16|int8", help="of the models (default: auto)")
    parser.add_argument(
        "--engine", metavar="auto|torch|openvino|ctranslate2", help="what computes the models (default: auto)"
    )
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


def config_of(arguments: argparse.Namespace) -> Config:
    """What a run is told, with defaults for the rest.

    Raises:
        UsageError: see :func:`named_of`.
    """
    return from_mapping(named_of(arguments))


def named_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The keys that a person names: in the configuration file, if there is one, with the command line over it.

    Raises:
        UsageError: a file that cannot be read, words that are no pair, ``--models`` without a set.
    """
    if arguments.models == "":
        raise UsageError(f"--models: name a set: {sets_in_a_line()}")
    values: dict[str, Any] = read_yaml(arguments.config) if arguments.config else {}
    for name in (
        *("out", "models", "channels", "mix", "tracks", "language", "device", "workers", "precision", "engine"),
        *("vocabulary", "keep", "stop_after", "max_error_share", "max_hours", "location", "join_parts"),
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
    own = {"path": arguments.metadata}
    own |= {name: getattr(arguments, f"metadata_{name}") for name in ("encoding", "separator", "sheet", "key")}
    if named := {name: value for name, value in own.items() if value}:
        values["metadata"] = {**_mapping(values, "metadata"), **named}
    if arguments.types:
        words = [word.strip() for words in arguments.types for word in words.split(",") if word.strip()]
        values["types"] = {**_mapping(values, "types"), **dict(_type(word) for word in words)}
    for name in ("path_columns", "language_column"):
        if getattr(arguments, name):
            values[name] = getattr(arguments, name)
        if values.get(name) == "none":
            values[name] = None
    if arguments.model:
        values["model"] = {**_mapping(values, "model"), **dict(_pair(word) for word in arguments.model)}
    if arguments.beam:
        values["beam"] = arguments.beam
    if isinstance(vocabulary := values.get("vocabulary"), str):
        values["vocabulary"] = read_vocabulary(vocabulary)
    elif isinstance(vocabulary, list):
        values["vocabulary"] = {"words": vocabulary}
    if (language := values.get("language")) is not None:
        values["language"] = _language(language)
    if values.get("tables") in ("all", ["all"]):
        values["tables"] = None
    return values


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    known = values.get(key) or {}
    if not isinstance(known, dict):
        raise UsageError(f"{key}: expected keys and values, got {shown(known)}")
    return known


def _language(word: Any) -> Any:
    """The code of a language, None for ``auto``; what is no text is left to the configuration to refuse."""
    if word is False:
        return "no"  # what YAML makes of Norwegian
    if not isinstance(word, str):
        return word
    return None if word == "auto" else read_language(word, "--language")


def _type(word: str) -> tuple[str, str]:
    column, equals, kind = word.rpartition("=")
    if not equals or not column:
        raise UsageError(f"--types {word[:100]}: expected COLUMN=TYPE, as in year=int")
    return column, kind


def _pair(word: str) -> tuple[str, str]:
    job, equals, checkpoint = word.partition("=")
    if not equals or not checkpoint:
        raise UsageError(f"--model {word[:100]}: expected JOB=CHECKPOINT, as in emotions=superb/hubert-base-superb-er")
    return job, checkpoint
