"""How much of a recording is heard at most: files that go on for ever end here."""

from __future__ import annotations

import time
from dataclasses import dataclass

from schemas.reasons import Reason, Stage
from schemas.records import Problem

FEWEST_BYTES_A_SECOND = 250
"""A recording with fewer is longer than its bytes can hold: 2 kbit/s is half of what the thriftiest telephone takes.

Silence can: FLAC packs ten hours of it into 64 kB.
"""

MOST_CHANNELS_APART = 128
"""Kept apart, a channel takes 2.6 MB for its open window at 16 and 48 kHz, and 20 MB for five minutes of speech without
a pause.  The largest recorders of concerts write 128."""


@dataclass(frozen=True)
class Bounds:
    """Of one recording.

    Attributes:
        hours: the most that is heard.
        file_bytes: size of the file.
        until: seconds since 1970 after which a recording that is longer than its bytes can hold is ended; None for
            no end.
    """

    hours: float
    file_bytes: int
    until: float | None = None

    def end(self, seconds: float) -> Problem | None:
        """Why a recording of which so many seconds were heard is not heard further; None where it is."""
        if seconds >= self.hours * 3600:
            message = (
                f"longer than the {self.hours:g} hours that are heard of a recording: "
                "a greater --max-hours with --retry-errors hears more"
            )
            return Problem(Stage.DECODE, Reason.TOO_LONG, message, round(seconds * 1000))
        if self.until is None or seconds * FEWEST_BYTES_A_SECOND < self.file_bytes or time.time() < self.until:
            return None
        message = (
            f"the time of --stop-after was over, and this goes on beyond what {self.file_bytes:,} bytes can be "
            "expected to hold: --retry-errors hears it anew"
        )
        return Problem(Stage.DECODE, Reason.STOPPED, message, round(seconds * 1000))
