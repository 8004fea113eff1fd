"""Commands in processes that are killed after a time that is chosen to the millisecond."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Zygote:
    """A process that has imported everything and forks a command at each word, see tests/whole/zygote.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, log: Path, words: list[str], kill_after: float | None = None) -> int:
        """The exit status of a command, negative if it was killed; what it says on standard error goes to ``log``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(log), *words]) + "\n")
        self._process.stdin.flush()
        process = int(self._process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            try:
                os.killpg(process, signal.SIGKILL)
            except ProcessLookupError:  # over already, or not yet the leader of its group
                os.kill(process, signal.SIGKILL) if not _is_over(process) else None
        return int(self._process.stdout.readline())


@contextmanager
def started() -> Iterator[Zygote]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.whole.zygote"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Zygote(process)
        process.stdin.close()


def _is_over(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False
