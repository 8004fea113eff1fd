"""Which audio track of a file is heard, where it has several: the words of ``--tracks``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.errors import UsageError
from schemas.shown import shown

DEFAULT, FIRST, ALL = "default", "first", "all"
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")


@dataclass(frozen=True)
class Track:
    """What a file says of one of its audio tracks.

    Attributes:
        language: as the file writes it, often of three letters (``eng``); None where it does not say.
        title: None where it has none.
        is_default: whether players take it by themselves.
        channels: None where the header does not say.
    """

    language: str | None = None
    title: str | None = None
    is_default: bool = True
    channels: int | None = None


def check_tracks(word: str) -> str:
    """The word as it is kept.

    Raises:
        UsageError: it is none of them.
    """
    kept = str(word).strip().lower()
    if kept in (DEFAULT, FIRST, ALL) or _NUMBER.fullmatch(kept) or _LANGUAGE.fullmatch(kept):
        return kept
    raise UsageError(
        f"tracks: {shown(word)} is none of default, first, all, the number of a track (1, 2, ...) and a language as "
        "the files write it (eng, de)"
    )


def number_of(word: str) -> int | None:
    """The track that a word numbers, from 1; None where it is another word."""
    return int(word) if _NUMBER.fullmatch(word) else None
