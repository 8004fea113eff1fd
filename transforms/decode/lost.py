"""A decoder's process that is lost."""

from __future__ import annotations

import signal


class HungError(Exception):
    """No answer within the time limit."""


class CrashedError(Exception):
    """The process is gone; the message says by which signal."""


def ended(code: int) -> str:
    """How a process ended, in words, after its exit code."""
    if code >= 0:
        return f"it ended with exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
