"""What a command could not do, and why."""

from __future__ import annotations

from schemas.errors import Error


class CommandError(Error):
    """What was asked for could not be done: one line that says what and where.  Of a run, nothing was published.

    Its cause, where it has one, is an error that nobody foresaw.
    """


def why(error: OSError) -> str:
    """The system's words for an error; its own where the system has none, as where a library raised it."""
    return error.strerror or first_line(error)


def first_line(error: BaseException) -> str:
    """What went wrong, out of the layers that Beam wraps round an error."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("File ", "Traceback", "During", "^", "~"))]
    return (told[-1] if told else f"{type(error).__name__}")[:500]
