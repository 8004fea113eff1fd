"""The command line: words to the command that they name, and what became of it into words and an exit code."""

from __future__ import annotations

import argparse
import atexit
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console

from pipelines.commands import HELP, add
from pipelines.console.patience import hearing_ctrl_c
from pipelines.console.stopping import exit_code, is_asked, listen
from pipelines.console.terminal import complain, console, keep, own_terminal
from pipelines.errors import CommandError, first_line
from pipelines.files.printable import printable_lines
from pipelines.files.text import check_text
from pipelines.process import end, on_signals
from schemas.errors import UsageError

PUBLISHED, FAILED, WRONG_USE, BUSY = 0, 1, 2, 75
WORD = "\0"
"""In front of what stood behind ``--``, so that it is no option to argparse, which loses track of ``--`` between
commands and options; the system lets no word of a person hold it."""


def command() -> NoReturn:
    """The command as a process of its own."""
    listen()
    try:
        code = main()
    except KeyboardInterrupt:  # while words were told apart, or a failure was told
        os.write(2, b"earwitness: stopped\n")
        code = exit_code()
    on_signals(end)  # an interpreter that goes down would show a traceback
    if code == FAILED or code >= 128:
        # A run that broke off leaves threads at work, which would abort the interpreter at its end.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End without taking down module by module, which takes a third of a second where models were opened."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # who read it is gone
        sys.exit(code)
    atexit._run_exitfuncs()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code.

    0 published, 1 failed, 2 wrong use, 75 try later, 128 and the number of a signal that ended it.

    What was asked for (the summary, the estimate) goes to standard output, all else to standard error.
    """
    try:
        arguments = parse(list(sys.argv[1:] if argv is None else argv))
    except UsageError as error:
        with console(2) as terminal:
            complain(terminal, str(error))
        return WRONG_USE
    with own_terminal() as (terminal, log):
        try:
            with hearing_ctrl_c():
                arguments.act(arguments, terminal)
            return PUBLISHED
        except KeyboardInterrupt as error:
            complain(terminal, str(error) or "stopped")
            return exit_code()
        except Exception as error:
            if is_asked():
                complain(terminal, "stopped")
                return exit_code()
            return _failed(error, terminal, log)


def _failed(error: Exception, terminal: Console, log: Path) -> int:
    """Say what went wrong, and how the process is to end."""
    from pipelines.store.lock import BusyError
    from transforms.models.checkpoint import ModelError

    match error:
        case UsageError():
            complain(terminal, str(error))
            return WRONG_USE
        case BusyError():
            complain(terminal, str(error))
            return BUSY
        case ModelError():
            complain(terminal, str(error))
        case CommandError():
            complain(terminal, str(error), keep(log, error) if error.__cause__ else None)
        case _:
            told = f"an error that was not foreseen: {type(error).__name__}: {first_line(error)}"
            complain(terminal, told, keep(log, error))
    return FAILED


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words told apart; the last ones of a command may stand before, between and behind the options.

    Behind ``--`` stand words and no options, whatever they begin with; behind that of ``run``, options for Beam.

    Raises:
        SystemExit: unknown words, or help was asked for.
        UsageError: words behind ``--`` that the command does not take, or that are no text.
    """
    arguments = _told_apart(words)
    for name, value in vars(arguments).items():
        if name not in getattr(arguments, "names", ()):
            for word in value if isinstance(value, list) else [value]:
                if isinstance(word, str):
                    check_text(word)
    return arguments


def _told_apart(words: Sequence[str]) -> argparse.Namespace:
    at = words.index("--") if "--" in words else len(words)
    before, behind = list(words[:at]), list(words[at + 1 :])
    if before[:1] == ["run"]:
        arguments, others = parser(before).parse_known_args(before)
        arguments.beam = behind
    else:
        arguments, others = parser(before).parse_known_args(before + [WORD + word for word in behind])
    for name, value in vars(arguments).items():
        setattr(arguments, name, _bare(value))
    unknown = next((word for word in others if word.startswith("-")), None)
    if unknown:
        parser(()).error(f"unknown option {unknown}: `earwitness {arguments.command} --help` lists them")
    rest = getattr(arguments, "rest", None)
    given = getattr(arguments, rest) if rest else None
    if rest and isinstance(given, list):
        setattr(arguments, rest, [*given, *map(_bare, others)])
        return arguments
    if rest and given is None and others:
        setattr(arguments, rest, _bare(others.pop(0)))
    if others and others[-1].startswith(WORD):
        raise UsageError(f"{arguments.command} takes no word {_bare(others[0])} behind --")
    if others:
        parser(()).error(f"unknown word {others[0]}")
    return arguments


def _bare(value: Any) -> Any:
    """What was said, without the sign that it is a word."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return type(value)(str(value).removeprefix(WORD)) if isinstance(value, str | Path) else value


class _Parser(argparse.ArgumentParser):
    """Options in full: `--to` is not `--top`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **given})

    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(printable_lines(message), file)  # it repeats words, which a shell made of names of files


class _Version(argparse.Action):
    """It is looked up only where it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from pipelines.store.versions import version_of

        print(f"earwitness {version_of('earwitness')}")
        parser.exit()


def parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The words that the command knows.

    Args:
        words: that are to be told apart: of the commands, only the one that they name knows its own words; None for
            all of them.
    """
    top = _Parser(prog="earwitness", description="Turns a corpus of recordings into tables.")
    top.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands: argparse._SubParsersAction[Any] = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    named = None if words is None else next((word for word in words if not word.startswith("-")), "")
    for name, does in HELP.items():
        one = commands.add_parser(name, help=does)
        if named in (None, name):
            add(name, one)
    return top
