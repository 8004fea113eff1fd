"""Where the command starts.  Until its modules are there, which takes a second, Ctrl-C ends it without a traceback."""

import os
from _signal import SIG_IGN, SIGHUP, SIGINT, SIGTERM, getsignal, signal  # built in: nothing has to be found and read
from time import monotonic
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


def command() -> NoReturn:
    on_signals(end)
    began.append(monotonic())

    from pipelines.cli import command as main

    main()
