"""A run that failed, and why."""

from __future__ import annotations


class RunError(Exception):
    """Nothing was published: one line that says what and where.

    Its cause, where it has one, is an error that nobody foresaw.
    """


def first_line(error: BaseException) -> str:
    """What went wrong, out of the layers that Beam wraps round an error."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("File ", "Traceback", "During", "^", "~"))]
    return (told[-1] if told else f"{type(error).__name__}")[:500]
