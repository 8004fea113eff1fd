"""``earwitness export OUT [RECORDINGS...] --format vtt --to FOLDER``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.console.stopping import telling, written_files
from pipelines.console.terminal import console


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("export", help="write files for subtitle players, Praat and ELAN, spreadsheets")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument(
        "recordings",
        nargs="*",
        metavar="RECORDINGS",
        help="ids, files, folders, globs, or top:N for those with the most speech (default: all)",
    )
    parser.add_argument("--format", metavar="vtt|textgrid|csv", required=True, help="of the files, one a recording")
    parser.add_argument("--to", metavar="FOLDER", type=Path, required=True, help="where to write them")
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.set_defaults(act=act, rest="recordings", names=("recordings",))


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.console.numbers import counted
    from pipelines.export.export import export

    with telling(written_files()):
        exported = export(arguments.out, arguments.format, arguments.to, arguments.recordings, force=arguments.force)
        with console(1) as result:
            few = f", {exported.wordless:,} of recordings in which no word was recognised" if exported.wordless else ""
            said = f"{counted(len(exported.files), 'file')} in {arguments.to}{few}"
            for line in (said, *(f"missing in them: {missing}" for missing in exported.missing)):
                result.print(line, soft_wrap=True)
