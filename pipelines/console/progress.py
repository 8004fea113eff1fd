"""Live progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pipelines.console.numbers import clock, counted, speed_in_words
from transforms.progress import Tick, read_tick

LINE_EVERY_SECONDS = 10.0
LINE_EVERY_SHARE = 0.05
"""Plain lines come further apart as a run goes on: the log of a week stays readable."""

LAST_TICKS_SECONDS = 1.0
"""Ten thousand ticks are read in a tenth of it; whoever sends without end does not keep the run from its end."""


class ProgressBar:
    """Adds up what workers report and shows it while the run is on.

    Use as a context manager; :attr:`address` is where workers send their ticks.
    """

    def __init__(self, console: Console, files: int) -> None:
        self._console = console
        self._total = Tick(planned_files=files)
        self._doing = ""
        self._planned = False
        self._began = self._shown = time.monotonic()
        self._ended: float | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.address: tuple[str, int] = self._socket.getsockname()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._bar = (
            Progress(
                BarColumn(bar_width=None),
                TextColumn("{task.fields[text]}"),
                console=console,
                expand=True,
                redirect_stdout=False,  # what libraries print does not belong beside the bar
                redirect_stderr=False,
            )
            if console.is_terminal
            else None
        )
        self._task = self._bar.add_task("run", total=None, text="") if self._bar else None

    def __enter__(self) -> ProgressBar:
        if self._bar:
            self._bar.start()
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()
        if self._bar and self._task is not None:
            if kind is None:
                self._doing = ""
                self._total.planned_seconds = self._total.seconds  # whatever the headers promised
                self._bar.update(self._task, completed=1, total=1, text=self.text())
            self._bar.stop()

    def say(self, doing: str) -> None:
        """What goes on now: beside the bar, or as a line of its own."""
        self._doing = doing
        self._ended = time.monotonic()
        if self._bar is None:
            self._console.print(doing)

    def text(self) -> str:
        """What goes on, or the figures of the recordings while it is them."""
        return self._doing or describe(self._total, (self._ended or time.monotonic()) - self._began)

    def _listen(self) -> None:
        while not self._over.is_set():
            self._take()
            self._show()
        self._socket.setblocking(False)
        until = time.monotonic() + LAST_TICKS_SECONDS
        while time.monotonic() < until and self._take():  # what workers sent last
            continue

    def _take(self) -> bool:
        try:
            tick = read_tick(self._socket)
        except (TimeoutError, BlockingIOError):
            return False
        if tick is None:
            return True
        total = self._total
        if tick.planned_files and not self._planned:
            total.planned_seconds, total.planned_files = tick.planned_seconds, tick.planned_files
            self._began = self._shown = time.monotonic()  # however long the models took to load
            self._ended, self._doing = None, ""
            self._planned = True
        elif tick.planned_files:  # a run may take several passes
            total.planned_seconds += tick.planned_seconds
            total.planned_files += tick.planned_files
        total.seconds += tick.seconds
        total.files += tick.files
        total.errors += tick.errors
        return True

    def _show(self) -> None:
        now = time.monotonic()
        if self._bar and self._task is not None:
            total = self._total.planned_seconds or None
            self._bar.update(self._task, completed=self._total.seconds, total=total, text=self.text())
        elif not self._doing and now - self._shown > max(LINE_EVERY_SECONDS, LINE_EVERY_SHARE * (now - self._began)):
            self._console.print(self.text())
            self._shown = now


def describe(total: Tick, elapsed: float) -> str:
    """``12/40 files, 1.25 of 4.10 h, 31x real time, 2 errors, 0:05:31 left``.

    Args:
        total: all ticks added up.
        elapsed: seconds since the plan was made.
    """
    speed = total.seconds / max(elapsed, 1e-3)
    parts = [
        f"{total.files:,}/{total.planned_files:,} files",
        f"{_hours(total.seconds)} of {_hours(total.planned_seconds)} h",
        speed_in_words(speed),
        counted(total.errors, "error"),
    ]
    if speed > 1e-6 and total.planned_seconds > total.seconds:
        parts.append(f"{clock(1000 * round((total.planned_seconds - total.seconds) / speed))} left")
    return ", ".join(parts)


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:,.{0 if hours >= 100 else 2}f}"
