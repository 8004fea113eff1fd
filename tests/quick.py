"""``pytest --quick``: the tests that neither start a process nor hold a model nor run a pipeline.

No list says which they are.  Every test begins, and one that comes to such a door is left there to ``make test``,
whatever it makes of being stopped; it counts as skipped.  What runs the whole, and what is marked slow, does not begin.
"""

from __future__ import annotations

import functools
import multiprocessing.process
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

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
        self._come_to: list[str] = []

    def hang(self, put: Callable[[Any, str, Any], None] = setattr) -> None:
        """Put the doors in their places, by ``put``; the one that Python itself tells of stays there."""
        import torch
        from apache_beam import Pipeline
        from playwright import sync_api
        from transformers import PreTrainedModel

        def audit(event: str, _: tuple[Any, ...]) -> None:
            if self._are_shut and event in EVENTS:
                self._leave(PROCESS)

        sys.addaudithook(audit)
        for owner, name, why in (
            (multiprocessing.process.BaseProcess, "start", PROCESS),
            (PreTrainedModel, "__init__", MODEL),
            (torch.jit, "load", MODEL),  # silero-vad
            (Pipeline, "run", PIPELINE),
            (sync_api, "sync_playwright", PROCESS),  # which would wait for what never answers
        ):
            put(owner, name, self._guarded(getattr(owner, name), why))

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Stop what comes to a door meanwhile.

        Raises:
            Skipped: something did, in whatever thread; what became of it is no failure.
        """
        self._come_to.clear()
        self._are_shut = True
        try:
            yield
        finally:
            self._are_shut = False
            if self._come_to:
                raise _left(self._come_to[0])

    def _guarded(self, real: Callable[..., Any], why: str) -> Callable[..., Any]:
        @functools.wraps(real)
        def guarded(*given: Any, **named: Any) -> Any:
            if self._are_shut:
                self._leave(why)
            return real(*given, **named)

        return guarded

    def _leave(self, why: str) -> NoReturn:
        self._come_to.append(why)
        raise _left(why)


def _left(why: str) -> BaseException:
    """No Exception, which the product would tell in a line; what a fixture of several tests ends in, pytest keeps."""
    return pytest.skip.Exception(LEFT + why, _use_item_location=True)
