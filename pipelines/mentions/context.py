"""What was said before and after a mention."""

from __future__ import annotations

import numpy as np

from pipelines.mentions.matches import Matches
from pipelines.mentions.words import Spoken


def contexts(spoken: Spoken, found: Matches, around: int) -> tuple[list[str], list[str]]:
    """Up to ``around`` words before and after each mention, of the same recording, channel and model.

    They are of the mention's segment and of those that begin at most a slot of 30 s before it or after it: after a
    longer pause the talk is of something else.
    """
    of = spoken.segment[found.first]
    step = int(spoken.last_slots.max(initial=0)) + 4
    placed = spoken.speech[spoken.segment] * step + spoken.slots[spoken.segment] + 1
    low = np.searchsorted(placed, spoken.speech[of] * step + spoken.slots[of])
    high = np.searchsorted(placed, spoken.speech[of] * step + spoken.last_slots[of] + 2, side="right")
    until = np.cumsum(spoken.begins)  # words that begin up to each place
    until_before = until - spoken.begins
    begins = np.maximum(np.searchsorted(until, until_before[found.first] - around + 1), low)
    ends = np.minimum(np.searchsorted(until, until[found.last] + around, side="right"), high)
    before = [spoken.row(a, b) for a, b in zip(begins, found.first, strict=True)]
    after = [spoken.row(a, b) for a, b in zip(found.last + 1, ends, strict=True)]
    return before, after
