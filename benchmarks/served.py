"""A program in a process of its own that answers lines of JSON: see :func:`benchmarks.peer.serve`."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from benchmarks.footprint import ROOT, peak_bytes_of


class Served:
    """The program while it runs; it ends when this is closed.

    Args:
        command: its words.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._name = " ".join(command[:4])
        self._said = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=self._said, text=True, encoding="utf-8"
        )

    def ask(self, **question: Any) -> Any:
        """Its answer.

        Raises:
            RuntimeError: it ended instead; with the end of what it wrote.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps(question), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait()
            self._said.seek(0)
            raise RuntimeError(f"{self._name} ended: {self._said.read()[-2000:]}")
        return json.loads(line)

    @property
    def peak_bytes(self) -> int | None:
        """The most memory that it ever held; None where the system does not say that of another process."""
        return peak_bytes_of(self._process.pid)

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:  # closes its pipes and waits for it
            pass
        self._said.close()
