"""The process of a command: when it began, and what ends it.

Nothing that takes time to import is imported here, for :mod:`pipelines.start` needs it before all else.
"""

import os
from _signal import SIG_IGN, SIGHUP, SIGINT, SIGTERM, getsignal, signal  # built in: nothing has to be found and read
from typing import NoReturn

began: list[float] = []
"""When the process did, by ``time.monotonic``: a dry run tells how long a run would take from there."""


SIGNALS = (SIGINT, SIGTERM, SIGHUP)


def end(number: int, frame: object) -> NoReturn:
    """End at once; nothing has begun yet, or everything is over."""
    os.write(2, b"earwitness: stopped\n")
    os._exit(128 + number)


def on_signals(handler: object) -> None:
    """Have the signals that ask for an end handled, but for those that the caller ignores (``nohup``, ``&``)."""
    for number in SIGNALS:
        if getsignal(number) != SIG_IGN:
            signal(number, handler)
