"""How several channels become one: the words of ``--mix`` and those of ``recordings.mix``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.errors import UsageError
from schemas.shown import shown

AUTO = "auto"
MONO, MEAN, WITHOUT_LFE, W, APART = "mono", "mean", "without LFE", "W", "apart"

_NUMBER = r"[1-9][0-9]{0,3}"
_NUMBERS = re.compile(rf"{_NUMBER}(\+{_NUMBER})*")
PATTERN = (
    rf"((track \d+: )?({MONO}|{MEAN}|{WITHOUT_LFE}|{W}|{APART}|channel {_NUMBER}( turned)?|"
    r"channels \d+(\+\d+)+( turned)?|channel \d+ copies \d+)(, |; |$))+$"
)
"""What ``recordings.mix`` matches."""


def check_mix(word: str) -> str:
    """The word of ``--mix`` as it is kept: numbers in their order, once each.

    Raises:
        UsageError: it is none.
    """
    kept = str(word).strip().lower().replace(",", "+").replace(" ", "")
    if kept in (AUTO, MEAN):
        return kept
    if _NUMBERS.fullmatch(kept):
        return "+".join(map(str, sorted({int(number) for number in kept.split("+")})))
    raise UsageError(
        f"mix: {shown(word)} is none of auto, mean, the number of a channel (1, 2, ...) and several of them (1+3)"
    )


def channels_of(word: str) -> tuple[int, ...]:
    """The channels that a word of ``--mix`` numbers, from 1; none where it is another word."""
    return tuple(int(number) for number in word.split("+")) if _NUMBERS.fullmatch(word) else ()


def alone(numbers: Sequence[int]) -> str:
    """Only these channels, from 1, were mixed: ``channel 2``, ``channels 1+3``."""
    return f"channel{'s' if len(numbers) > 1 else ''} {'+'.join(map(str, numbers))}"


def copies(number: int, of: int) -> str:
    """All speech of a channel kept apart is a copy of another's: ``channel 2 copies 1``."""
    return f"channel {number} copies {of}"


def turned(numbers: Sequence[int]) -> str:
    """All channels were mixed, these with their polarity inverted: ``channel 2 turned``."""
    return f"{alone(numbers)} turned"
