"""``earwitness export OUT [RECORDINGS...] --format FORMAT --to FOLDER``: whole tables, or a file a recording."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.console.stopping import telling, written_files
from pipelines.console.terminal import console

A_TABLE, A_RECORDING = ("parquet", "csv", "xlsx", "sav", "dta"), ("vtt", "textgrid", "words")
"""The formats: those of whole tables, and those of a file for each recording."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "recordings",
        nargs="*",
        metavar="RECORDINGS",
        help="of a file for each recording: ids, files, folders, globs, or top:N for those with the most speech "
        "(default: all)",
    )
    parser.add_argument(
        "--format",
        metavar="|".join((*A_TABLE, *A_RECORDING)),
        required=True,
        help=f"{', '.join(A_TABLE)}: a file for each table; {', '.join(A_RECORDING)}: for each recording",
    )
    parser.add_argument("--to", metavar="FOLDER", type=Path, required=True, help="where to write them")
    parser.add_argument("--tables", metavar="TABLE,...", help="only these tables and views (default: all tables)")
    parser.add_argument("--without", metavar="TABLE,...", help="not these tables, as speakers,spectrograms")
    parser.add_argument(
        "--flat", action="store_true", help="lists as columns and as tables of their own; xlsx, sav and dta always are"
    )
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.set_defaults(act=act, rest="recordings", names=("recordings",))


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from schemas.errors import UsageError

    if arguments.format not in (*A_TABLE, *A_RECORDING):
        raise UsageError(f"--format {arguments.format}: choose from {', '.join((*A_TABLE, *A_RECORDING))}")
    of_tables = {"--tables": arguments.tables, "--without": arguments.without, "--flat": arguments.flat}
    if arguments.format in A_TABLE:
        if arguments.recordings:
            raise UsageError(
                f"--format {arguments.format} writes whole tables, not those of {arguments.recordings[0]}: "
                "a sheet of words for each recording is --format words"
            )
        return _tables(arguments)
    for option, given in of_tables.items():
        if given:
            raise UsageError(f"{option} is for whole tables ({', '.join(A_TABLE)}), not for {arguments.format}")
    return _recordings(arguments)


def _tables(arguments: argparse.Namespace) -> None:
    from pipelines.console.numbers import counted, size_in_words
    from pipelines.console.table import print_table
    from pipelines.export.tables.export import README, export_tables

    with telling(written_files()):
        exported = export_tables(
            arguments.out,
            arguments.format,
            arguments.to,
            tables=_words(arguments.tables),
            without=_words(arguments.without),
            flat=arguments.flat,
            force=arguments.force,
        )
        with console(1) as result:
            rows = [(one.path.name, f"{one.account.rows:,}", size_in_words(one.bytes)) for one in exported.written]
            print_table(result, ("file", "rows", "size"), rows, right=(1, 2))
            result.print()
            for line in exported.lines:
                result.print(line)
            n = counted(len(exported.written), "table")
            result.print(f"{n} in {arguments.to}; {README} there says what each column is")


def _recordings(arguments: argparse.Namespace) -> None:
    from pipelines.console.numbers import counted
    from pipelines.export.export import export

    with telling(written_files()):
        exported = export(arguments.out, arguments.format, arguments.to, arguments.recordings, force=arguments.force)
        with console(1) as result:
            few = f", {exported.wordless:,} of recordings in which no word was recognised" if exported.wordless else ""
            said = f"{counted(len(exported.files), 'file')} in {arguments.to}{few}"
            for line in (said, *(f"missing in them: {missing}" for missing in exported.missing)):
                result.print(line)


def _words(given: str | None) -> list[str]:
    return [word.strip() for word in (given or "").split(",") if word.strip()]
