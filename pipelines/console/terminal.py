"""What a person sees of a command: our words alone, on standard error and standard output."""

from __future__ import annotations

import codecs
import io
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pipelines.files.atomic import write_whole
from pipelines.files.printable import printable, printable_lines
from pipelines.files.private import PrivateFolder, kept_folder


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
    """Lines as long as they are, so that what is piped can be searched; names that are no text are escaped, what looks
    like Rich's markup in one stays in it, and no number in one is coloured."""
    stream = os.fdopen(os.dup(descriptor), "w", encoding="utf-8", errors="backslashreplace")
    ours = _Console(file=stream, soft_wrap=True, emoji=False, markup=False, highlight=False)
    try:
        yield ours
    finally:
        try:
            stream.flush()
        except BrokenPipeError:
            ours.on_broken_pipe()
        stream.close()


def send(to: Console, text: str) -> None:
    """Text that programs read, as it is; on a terminal as :func:`printable_lines` has it."""
    to.file.write(printable_lines(text) if to.file.isatty() else text)


class PrintableBytes(io.RawIOBase):
    """A terminal as a binary file of UTF-8; what is unprintable is written as :func:`printable_lines` has it."""

    def __init__(self, terminal: IO[bytes]) -> None:
        self._terminal = terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a write may end within a character

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        self._terminal.write(printable_lines(self._decoder.decode(bytes(some))).encode("utf-8"))
        return len(some)


class _Console(Console):
    """Names, labels and words come from others: nothing in them reaches the terminal but as text."""

    def print(self, *objects: Any, **given: Any) -> None:
        super().print(*(printable_lines(one) if isinstance(one, str) else one for one in objects), **given)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):  # what was given as Text, in a table or a bar
            safe = segment.text if segment.control else printable_lines(segment.text)
            yield segment if safe == segment.text else Segment(safe, segment.style)

    def on_broken_pipe(self) -> None:
        """``| head`` has seen enough: that is no error, and the rest goes nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


def complain(to: Console, what: str, details: Path | None = None) -> None:
    where = f"\nthe details are in {details}" if details else ""
    to.print(f"earwitness: {printable(what)}{where}", style="red")


def note(to: Console, what: str) -> None:
    """Say what somebody should know who did not ask."""
    to.print(f"note: {what}", style="yellow")


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
