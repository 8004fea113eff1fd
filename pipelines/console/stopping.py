"""Ctrl-C, and what schedulers send in its place: the command ends, and says what is true of its work."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from pipelines.console.numbers import counted
from pipelines.files.atomic import WRITTEN
from pipelines.process import on_signals

_asked: list[int] = []
"""The signals so far; libraries swallow what is raised at some moments, so it is remembered."""


class StoppedError(KeyboardInterrupt):
    """Somebody asked for the end; the message says what is true of the command's work."""


def listen() -> None:
    """From now on the first signal interrupts what goes on, which clears up, and the second ends the process.

    What a run writes stands a kill at any instant, so the second does no harm.
    """
    terminal = os.dup(2)  # which is a log, while a command is at work

    def interrupt(number: int, frame: FrameType | None) -> None:
        _asked.append(number)
        if len(_asked) > 1:
            os.write(terminal, b"earwitness: stopped at once\n")
            os._exit(128 + number)
        raise KeyboardInterrupt

    on_signals(interrupt)


def is_asked() -> bool:
    """Whether a signal came, whatever was raised since."""
    return bool(_asked)


def exit_code() -> int:
    """128 and the number of the signal, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + (_asked[0] if _asked else signal.SIGINT)


@contextmanager
def telling(say: Callable[[], str]) -> Iterator[None]:
    """Have an interruption of the block say what ``say`` finds to be true then.

    Raises:
        StoppedError: in place of KeyboardInterrupt, and of whatever an interrupted library made of it.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) or (isinstance(error, Exception) and is_asked()):
            raise StoppedError(f"stopped; {say()}") from None
        raise


def written_files(what: str = "file") -> Callable[[], str]:
    """What a command has written so far; call it before the command writes."""
    before = len(WRITTEN)

    def say() -> str:
        new = WRITTEN[before:]
        if not new:
            return "nothing was written"
        were = "was" if len(new) == 1 else "were"
        return f"{counted(len(new), what)} {were} written: {new[0]}{', ...' if len(new) > 1 else ''}"

    return say
