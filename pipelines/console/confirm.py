"""Asks a person before something is done that cannot be taken back."""

from __future__ import annotations

import sys

from rich.console import Console

from pipelines.errors import CommandError
from schemas.errors import UsageError


class UnansweredError(UsageError):
    """Nobody was there to be asked."""


class RefusedError(CommandError):
    """Somebody was asked, and said no."""


def confirmed(terminal: Console, question: str, *, otherwise: str) -> bool:
    """Whether the person at the terminal agrees.

    Args:
        otherwise: what is told where nobody is there to be asked.

    Raises:
        UnansweredError: nobody is.
    """
    if not (terminal.is_terminal and sys.stdin is not None and sys.stdin.isatty()):
        raise UnansweredError(otherwise)
    terminal.print(f"{question} [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
