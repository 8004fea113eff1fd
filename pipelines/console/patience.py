"""Work that ends when a person has had enough of it: at Ctrl-C, or when its time is over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pipelines.errors import CommandError
from schemas.errors import UsageError

T = TypeVar("T")

GRACE_SECONDS = 2.0
"""For what was stopped to clear away; DuckDB takes a few hundredths of a second."""


def check_seconds(seconds: float | None) -> None:
    """Refuse a time to wait that is none.

    Raises:
        UsageError: no time at all.
    """
    if seconds is not None and not 0 < seconds <= threading.TIMEOUT_MAX:
        raise UsageError(f"--timeout {seconds:g}: expected seconds, more than 0")


def patiently(work: Callable[[], T], stop: Callable[[], None], seconds: float | None = None) -> T:
    """Do the work in a thread beside this one, which hears of Ctrl-C where DuckDB, while it computes, does not.

    Args:
        stop: lets the work fail soon, whatever it is at; it is asked again until the work has ended.
        seconds: how long it may take; None for as long as it likes.

    Raises:
        CommandError: it took longer.
        KeyboardInterrupt: a person stopped it.
    """
    found: list[T] = []
    failed: list[BaseException] = []
    ended = threading.Event()

    def do() -> None:
        try:
            found.append(work())
        except BaseException as error:
            failed.append(error)
        finally:
            ended.set()

    threading.Thread(target=do, daemon=True).start()
    try:
        in_time = ended.wait(seconds)
    except KeyboardInterrupt:
        _end(stop, ended)
        raise
    if not in_time:
        _end(stop, ended)
        raise CommandError(f"no answer within {seconds:g} s: ask for less, or give it longer with --timeout")
    if failed:
        raise failed[0]
    return found[0]


@contextmanager
def hearing_ctrl_c() -> Iterator[None]:
    """Ctrl-C is Ctrl-C, also where DuckDB heard of it while it computed, and says so in its own way.

    Raises:
        KeyboardInterrupt: in place of DuckDB's error.
    """
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise


def _end(stop: Callable[[], None], ended: threading.Event) -> None:
    for _ in range(int(GRACE_SECONDS / 0.1)):
        stop()
        if ended.wait(0.1):
            return
