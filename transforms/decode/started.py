"""Processes that decode: started, and kept between two who need one, for to start one takes a third of a second."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from transforms.isolated import isolated

CHILD = (sys.executable, "-m", "transforms.decode.child")


class Started:
    """A process that decodes, and the socket over which it is asked.

    Args:
        command: starts it; it is given the descriptor of its end of the socket.
    """

    def __init__(self, command: Sequence[str] = CHILD) -> None:
        self.command = tuple(command)
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C at a terminal is for this side: a file would look as if it crashed it
                env={**isolated(os.environ), "OMP_NUM_THREADS": "1"},
            )
        self.connection = Connection(ours.detach())

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """End it at once."""
        self.connection.close()
        self.process.kill()
        self.process.wait()


_idle: list[Started] = []
"""That nobody uses.  A list gives and takes under Python's lock."""


@contextmanager
def decoder_ahead(is_wanted: bool) -> Iterator[None]:
    """Start one that is ready when it is needed; in the end nobody needs those that are left."""
    try:
        if is_wanted:
            _idle.append(Started())
        yield
    finally:
        while _idle:
            _idle.pop().end()


def take(command: Sequence[str] = CHILD) -> Started:
    """One that nobody uses, or a new one."""
    while tuple(command) == CHILD:
        try:
            started = _idle.pop()
        except IndexError:
            break
        if started.is_alive:
            return started
        started.end()
    return Started(command)


def leave(started: Started) -> None:
    """Give back one that has no answer left to give."""
    if started.command == CHILD and started.is_alive:
        _idle.append(started)
    else:
        started.end()
