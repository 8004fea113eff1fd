"""Word of progress from workers to the process that started the run.

Beam's local runner reports nothing until it is done, so workers send datagrams to a socket on
this machine.  A lost one costs a little truth of the bar and nothing else.
"""

from __future__ import annotations

import json
import socket
import time
from dataclasses import asdict, dataclass

EVERY_SECONDS = 0.2


@dataclass
class Tick:
    """What was done since the last tick.  ``planned_*`` come once, from the stage that plans."""

    seconds: float = 0.0
    files: int = 0
    errors: int = 0
    planned_seconds: float = 0.0
    planned_files: int = 0


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
