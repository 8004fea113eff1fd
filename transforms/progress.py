"""Word of progress from workers to the process that started the run.

Beam's local runner reports nothing until it is done, so workers send datagrams to a socket on
this machine.  A lost one costs a little truth of the bar and nothing else.  The socket listens to this
machine alone, and asks nobody who he is: all that a stranger's datagram can do is to make the bar lie.
"""

from __future__ import annotations

import json
import socket
import time
from dataclasses import asdict, dataclass, fields
from typing import Any

EVERY_SECONDS = 0.2

_LONGEST_BYTES = 4096
_MOST = 1e15
"""Thirty million years, or more files than there are: beyond it a number is none of ours."""


@dataclass
class Tick:
    """What was done since the last tick.  ``planned_*`` come once, from the stage that plans."""

    seconds: float = 0.0
    files: int = 0
    errors: int = 0
    planned_seconds: float = 0.0
    planned_files: int = 0


def read_tick(listener: socket.socket) -> Tick | None:
    """The next datagram; None for one that is no tick of ours, wherever it comes from.

    Raises:
        TimeoutError, BlockingIOError: none is there.
    """
    try:
        said: Any = json.loads(listener.recv(_LONGEST_BYTES))
    except (ValueError, RecursionError):
        return None
    numbers = {field.name: float if isinstance(field.default, float) else int for field in fields(Tick)}
    if not isinstance(said, dict) or not said.keys() <= numbers.keys():
        return None
    for name, value in said.items():
        known = isinstance(value, int | numbers[name]) and not isinstance(value, bool)
        if not known or not 0 <= value < _MOST:  # nor NaN
            return None
    return Tick(**said)


class Ticker:
    """Adds up and sends now and then.

    Args:
        address: host and port of the listener; None sends nothing.
    """

    def __init__(self, address: tuple[str, int] | None) -> None:
        self._address = address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if address else None
        self._tick = Tick()
        self._sent = 0.0

    def add(self, *, seconds: float = 0.0, files: int = 0, errors: int = 0) -> None:
        self._tick.seconds += seconds
        self._tick.files += files
        self._tick.errors += errors
        if time.monotonic() - self._sent > EVERY_SECONDS:
            self.send()

    def plan(self, seconds: float, files: int) -> None:
        self._tick.planned_seconds, self._tick.planned_files = seconds, files
        self.send()

    def send(self) -> None:
        if self._socket is not None and self._address is not None:
            try:
                self._socket.sendto(json.dumps(asdict(self._tick)).encode(), self._address)
            except OSError:
                return  # nobody listens (any more): the numbers stay in the tick
        self._tick = Tick()
        self._sent = time.monotonic()
