"""``pytest --quick``: the tests that neither start a process nor hold a model nor run a pipeline.

No list says which they are.  Every test begins, and one that comes to such a door is left there to ``make test``: it
counts as skipped.  A test in whose threads something passes, where no test can be left, fails.
"""

from __future__ import annotations

import functools
import multiprocessing.process
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

LEFT = "for make test: "
"""How the reason begins why a test is left."""

PROCESS, MODEL, PIPELINE = "starts a process", "holds a model", "runs a pipeline"

EVENTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"})
"""Of those that Python tells an audit hook, with what another process begins."""


class Doors:
    """Where processes, models and pipelines begin, shut while a quick test runs."""

    def __init__(self) -> None:
        self._are_shut = False
        self._passed: list[str] = []

    def hang(self, put: Callable[[Any, str, Any], None] = setattr) -> None:
        """Put the doors in their places, by ``put``; the one that Python itself tells of stays there."""
        import torch
        from apache_beam import Pipeline
        from transformers import PreTrainedModel

        def audit(event: str, _: tuple[Any, ...]) -> None:
            if self._are_shut and event in EVENTS:
                self._come_to(PROCESS)

        sys.addaudithook(audit)
        for owner, name, why in (
            (multiprocessing.process.BaseProcess, "start", PROCESS),
            (PreTrainedModel, "__init__", MODEL),
            (torch.jit, "load", MODEL),  # silero-vad
            (Pipeline, "run", PIPELINE),
        ):
            put(owner, name, self._guarded(getattr(owner, name), why))

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Leave what comes to a door meanwhile.

        Raises:
            Skipped: the thread of the tests came to one.
            Failed: another thread did, and went on.
        """
        self._passed.clear()
        self._are_shut = True
        try:
            yield
        finally:
            self._are_shut = False
        if self._passed:
            pytest.fail(f"this test {self._passed[0]} in a thread of its own: mark it slow", pytrace=False)

    def _guarded(self, real: Callable[..., Any], why: str) -> Callable[..., Any]:
        @functools.wraps(real)
        def guarded(*given: Any, **named: Any) -> Any:
            if self._are_shut:
                self._come_to(why)
            return real(*given, **named)

        return guarded

    def _come_to(self, why: str) -> None:
        if threading.current_thread() is threading.main_thread():
            raise pytest.skip.Exception(LEFT + why, _use_item_location=True)
        self._passed.append(why)
