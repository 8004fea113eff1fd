"""Whether a text may be made up: what a recogniser wrote, against what can be said."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from schemas.doubts import COMPRESSED_OVER, LETTERS_A_SECOND_OVER, LOG_PROBABILITY_UNDER, SPEECH_UNDER, Doubt
from schemas.transcript import Transcript

MOSTLY = 0.5
"""Share of a row's words that stand in a loop."""
LOOP_TIMES = 4
"""People say a thing three times."""
LOOP_WORDS = 8
"""Of a loop in all: "no, no, no, no" is said."""
LONGEST_ROUND = 24
"""Words that come round together in a loop."""
A_SYLLABLE = 3.0
"""Letters: what a sign of a script of syllables counts.  English and German have 2.5 to 3 in one."""


def doubts(said: Transcript, seconds: float, speech_probability: float | None) -> list[str]:
    """What speaks against a text, in the order of :class:`schemas.doubts.Doubt`; nothing against one that is empty.

    Args:
        seconds: of the segment.
        speech_probability: the mean of the detector's over the segment; None where it is not known.
    """
    if not said.text:
        return []
    sure = said.mean_log_probability
    found = {
        Doubt.REPETITION: said.compression_ratio > COMPRESSED_OVER or (said.looped or 0) > MOSTLY,
        Doubt.NO_SPEECH: _speech(speech_probability, said.no_speech_probability) < SPEECH_UNDER,
        Doubt.LOW_PROBABILITY: sure is not None and sure < LOG_PROBABILITY_UNDER,
        Doubt.FASTER_THAN_SPEECH: letters(said.text) > LETTERS_A_SECOND_OVER * seconds,
    }
    return [doubt.value for doubt, speaks in found.items() if speaks]


def with_loops(said: Transcript) -> Transcript:
    """A transcript with the share of its words that stand in loops, where nobody looked at more than it."""
    if said.looped is not None:
        return said
    loops = in_loops([word.word for word in said.words])
    return replace(said, looped=float(loops.mean()) if len(loops) else 0.0)


def _speech(detected: float | None, none_heard: float | None) -> float:
    """How probable speech is, in [0, 1]: by the detector, and by the recogniser where it says so."""
    return (1.0 if detected is None else detected) * (1.0 - (none_heard or 0.0))


def letters(text: str) -> float:
    """Letters and digits of a text; wide ones (Han, kana, Hangul) are syllables and count :data:`A_SYLLABLE`."""
    spoken = (letter for letter in text if unicodedata.category(letter)[0] in "LN")
    return sum(A_SYLLABLE if unicodedata.east_asian_width(letter) == "W" else 1.0 for letter in spoken)


def in_loops(words: Sequence[str]) -> np.ndarray:
    """Which words stand in a loop, bool [n]: the same up to 24 words, four times or oftener in a row.

    Case and punctuation are nothing.  A loop has eight words at least.
    """
    numbers: dict[str, int] = {}
    folded = ("".join(c for c in word.casefold() if unicodedata.category(c)[0] in "LMN") for word in words)
    said = np.array([numbers.setdefault(word, len(numbers)) for word in folded], np.int64)
    looped = np.zeros(len(said), bool)
    for n in range(1, min(LONGEST_ROUND, len(said) // LOOP_TIMES) + 1):
        # So many words in a row are the same as those n before them.
        same = np.concatenate([[False], said[n:] == said[:-n], [False]])
        edges = np.flatnonzero(same[1:] != same[:-1])
        for start, end in edges.reshape(-1, 2):
            whole = end - start + n
            if whole >= max(LOOP_TIMES * n, LOOP_WORDS):
                looped[start : start + whole] = True
    return looped
