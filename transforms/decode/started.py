"""Processes that decode: started, and kept between two who need one, for to start one takes a third of a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from transforms.isolated import Child

CHILD = (sys.executable, "-m", "transforms.decode.child")


_idle: list[Child] = []
"""That nobody uses.  A list gives and takes under Python's lock."""


@contextmanager
def decoder_ahead(is_wanted: bool) -> Iterator[None]:
    """Start one that is ready when it is needed; in the end nobody needs those that are left."""
    try:
        if is_wanted:
            _idle.append(_started(CHILD))
        yield
    finally:
        while _idle:
            _idle.pop().end()


def take(command: Sequence[str] = CHILD) -> Child:
    """One that nobody uses, or a new one."""
    while tuple(command) == CHILD:
        try:
            started = _idle.pop()
        except IndexError:
            break
        if started.is_alive:
            return started
        started.end()
    return _started(command)


def leave(started: Child) -> None:
    """Give back one that has no answer left to give."""
    if started.command == CHILD and started.is_alive:
        _idle.append(started)
    else:
        started.end()


def _started(command: Sequence[str]) -> Child:
    return Child(command, OMP_NUM_THREADS="1")
