"""Processes that run our code, and nothing that lies where the user happens to stand."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The folder that holds our packages."""


def isolated(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables for a Python process that imports our packages from where this one has them.

    ``python -m`` puts the current folder first on the path: a ``numpy.py`` in a folder of recordings would be run, a
    folder ``transforms`` taken for ours.  ``PYTHONSAFEPATH`` (3.11) leaves the current folder out, and so does a
    ``PYTHONPATH`` without empty entries, which stand for it.
    """
    paths = [str(ROOT), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return {**environment, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "PYTHONSAFEPATH": "1"}


class Child:
    """A Python process, started at once, and the socket over which it is asked.

    Args:
        command: starts it; it is given the descriptor of its end of the socket.
        variables: it has beside those of this process.
    """

    def __init__(self, command: Sequence[str], **variables: str) -> None:
        self.command = tuple(command)
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C at a terminal is for this side, which ends it
                env={**isolated(os.environ), **variables},
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
