"""Where the command starts.  Until its modules are there, which takes a second, Ctrl-C ends it without a traceback."""

from time import monotonic
from typing import NoReturn

from pipelines.collecting import seldom
from pipelines.process import began, end, on_signals


def command() -> NoReturn:
    on_signals(end)
    began.append(monotonic())
    seldom()

    from pipelines.cli import command as main

    main()
