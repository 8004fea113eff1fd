"""Numbers in words, the same in every command and page."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """``1 file``, ``1,200 files``; ``many`` where it is not the noun with an s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def hours_in_words(n: float) -> str:
    """How much audio: ``10.1 minutes``, ``3.2 hours``, ``1,200 hours`` of a number of hours."""
    if n < 1:
        return f"{60 * n:.1f} minutes"
    return f"{n:,.1f} hours" if n < 100 else f"{n:,.0f} hours"


def duration_in_words(seconds: float) -> str:
    """How long somebody waits: ``1 second``, ``12 minutes``, ``3.4 hours``; less than a second is one."""
    if seconds < 120:
        return counted(max(1, round(seconds)), "second")
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def clock(ms: float) -> str:
    """Where in a recording, or how long still: ``h:mm:ss`` of milliseconds, without what is not a whole second."""
    seconds = int(ms // 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def megabytes(n: int) -> str:
    """``1,200.5 MB`` of a number of bytes; a megabyte is a million."""
    return f"{n / 1e6:,.1f} MB"


def size_in_words(n: int) -> str:
    """``4 bytes``, ``1.5 kB``, ``1,200.5 MB`` of a number of bytes; a kilobyte is a thousand."""
    if n < 1000:
        return counted(n, "byte")
    return f"{n / 1e3:.1f} kB" if n < 1e6 else megabytes(n)


def speed_in_words(times: float) -> str:
    """``8.2x real time``, ``31x real time``."""
    return f"{times:,.{0 if times >= 10 else 1}f}x real time"
