"""How near a recogniser came to what was said: word error rates, and the times of words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import jiwer

NEAR_S = 0.060

Timed = tuple[str, float | None]
"""A word and its start in seconds, None where it is not known."""


def words_of(text: str) -> list[str]:
    """A text lower-cased and without punctuation, apostrophes in words apart."""
    return re.findall(r"\w+(?:'\w+)*", text.lower().replace("\u2019", "'"))


def timed_words(words: Sequence[tuple[str, float]]) -> list[Timed]:
    """Words as :func:`words_of` gives them; of what falls apart the first part has the start."""
    return [(part, None if i else start) for word, start in words for i, part in enumerate(words_of(word))]


def error_rate(truth: Sequence[str], said: Sequence[str], normalised: Callable[[str], str] | None = None) -> float:
    """Word errors by the words of the truth, over all texts together.

    Args:
        normalised: what is done to both sides; None lower-cases them and leaves punctuation out.
    """
    brought = normalised or (lambda text: " ".join(words_of(text)))
    return float(jiwer.wer([brought(text) for text in truth], [brought(text) for text in said]))


def english(folder: Path) -> Callable[[str], str]:
    """Whisper's normaliser, as transformers has it: numbers, contractions, fillers.

    Spellings are made American where the checkpoint in ``folder`` brings the list of them.
    """
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    spellings = folder / "normalizer.json"
    normaliser = EnglishTextNormalizer(json.loads(spellings.read_text()) if spellings.exists() else {})
    return lambda text: str(normaliser(text))


def distances(truth: Sequence[Timed], said: Sequence[Timed]) -> list[float]:
    """How many seconds later words start than in the truth, for the words of which both sides have a start."""
    if not truth or not said:
        return []
    done = jiwer.process_words(" ".join(word for word, _ in truth), " ".join(word for word, _ in said))
    pairs = [
        (truth[chunk.ref_start_idx + i][1], said[chunk.hyp_start_idx + i][1])
        for chunk in done.alignments[0]
        if chunk.type == "equal"
        for i in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
    return [other - one for one, other in pairs if one is not None and other is not None]


def near(apart: Sequence[float]) -> float | None:
    """The percentage of starts within 60 ms; None of none."""
    return 100 * sum(abs(one) <= NEAR_S + 1e-9 for one in apart) / len(apart) if apart else None


def median_ms(apart: Sequence[float]) -> float | None:
    """The median, earlier ones below 0; None of none."""
    return 1000 * median(apart) if apart else None
