"""What a person sees of a command: our words alone, on standard error and standard output."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console

from pipelines.private import PrivateFolder, kept_folder
from pipelines.whole_file import write_whole


@contextmanager
def own_terminal() -> Iterator[tuple[Console, Path]]:
    """A console for our words alone; what libraries write to standard error goes to a file.

    Decoders written in C (libmpg123, FFmpeg) chat about every damaged file, over the progress bar.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with ExitStack() as stack:
        path = _log(stack)
        with path.open("ab") as log:
            os.dup2(log.fileno(), 2)
        try:
            with console(terminal) as ours:
                yield ours, path
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


def _log(stack: ExitStack) -> Path:
    """In a folder that goes with the command; where none can be made, nobody reads it."""
    try:
        return stack.enter_context(PrivateFolder()) / "log.txt"
    except OSError:  # a temporary folder that is full, or may only be read
        return Path(os.devnull)


@contextmanager
def console(descriptor: int) -> Iterator[Console]:
    """Lines as long as they are, so that what is piped can be searched; names that are no text are escaped."""
    stream = os.fdopen(os.dup(descriptor), "w", encoding="utf-8", errors="backslashreplace")
    ours = _Console(file=stream, soft_wrap=True, emoji=False)
    try:
        yield ours
    finally:
        try:
            stream.flush()
        except BrokenPipeError:
            ours.on_broken_pipe()
        stream.close()


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """``| head`` has seen enough: that is no error, and the rest goes nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


def complain(to: Console, what: str, details: Path | None = None) -> None:
    where = f"\nthe details are in {details}" if details else ""
    to.print(f"earwitness: {what}{where}", style="red", highlight=False, markup=False)


def keep(log: Path, error: Exception) -> Path | None:
    """What libraries wrote and the traceback, in a file that stays; None where there is no room for it.

    It may name recordings and people: it is this user's alone, as the folder that it lies in.
    """
    import traceback

    sys.stderr.flush()
    folder = None
    try:
        said = log.read_text(errors="replace") if log.exists() else ""
        folder = kept_folder()
        kept = folder / "details.txt"
        kept.touch(0o600)
        write_whole(kept, (said + "".join(traceback.format_exception(error))).encode(errors="backslashreplace"))
    except OSError:  # what failed may well be that the disk is full
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return None
    return kept
