"""Live progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import socket
import threading
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from transforms.ticks import Tick

LINE_EVERY_SECONDS = 10.0
LINE_EVERY_SHARE = 0.05
"""Plain lines come further apart as a run goes on: the log of a week stays readable."""


class ProgressBar:
    """Adds up what workers report and shows it while the run is on.

    Use as a context manager; :attr:`address` is where workers send their ticks.
    """

    def __init__(self, console: Console, files: int) -> None:
        self._console = console
        self._total = Tick(planned_files=files)
        self._began = time.monotonic()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.address: tuple[str, int] = self._socket.getsockname()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._bar = (
            Progress(BarColumn(), TextColumn("{task.fields[text]}"), TimeElapsedColumn(), console=console)
            if console.is_terminal
            else None
        )
        self._task = self._bar.add_task("run", total=None, text="reading headers") if self._bar else None

    def __enter__(self) -> ProgressBar:
        if self._bar:
            self._bar.start()
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()
        if self._bar:
            self._bar.stop()

    def _listen(self) -> None:
        shown = time.monotonic()
        while not self._over.is_set():
            try:
                tick = Tick(**json.loads(self._socket.recv(4096)))
            except TimeoutError:
                tick = Tick()
            self._add(tick)
            if self._bar and self._task is not None:
                total = self._total.planned_seconds or None
                self._bar.update(self._task, completed=self._total.seconds, total=total, text=self.text())
            elif time.monotonic() - shown > max(LINE_EVERY_SECONDS, LINE_EVERY_SHARE * (shown - self._began)):
                self._console.print(self.text(), highlight=False)
                shown = time.monotonic()

    def _add(self, tick: Tick) -> None:
        total = self._total
        total.seconds += tick.seconds
        total.files += tick.files
        total.errors += tick.errors
        total.planned_seconds = tick.planned_seconds or total.planned_seconds
        total.planned_files = tick.planned_files or total.planned_files

    def text(self) -> str:
        """``12/40 files, 1.25 of 4.10 h, 31x real time, 2 errors, 0:05:31 left``."""
        total = self._total
        elapsed = time.monotonic() - self._began
        speed = total.seconds / elapsed
        hours = f"{total.seconds / 3600:.2f} of {total.planned_seconds / 3600:.2f} h"
        parts = [
            f"{total.files}/{total.planned_files} files",
            hours,
            f"{speed:.0f}x real time",
            f"{total.errors} errors",
        ]
        if speed > 0 and total.planned_seconds > total.seconds:
            left = round((total.planned_seconds - total.seconds) / speed)
            parts.append(f"{left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left")
        return ", ".join(parts)
