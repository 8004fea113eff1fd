"""Words of the corpus that are near to those of a phrase that nobody said."""

from __future__ import annotations

from collections import Counter

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from pipelines.corpus.asked import Corpus
from pipelines.mentions.phrase import fold
from pipelines.mentions.unspaced import UNSPACED, unspaced_words

LEAST_ALIKE = 0.6 - 1e-6
"""Two letters of five, too: rapidfuzz takes 0.6 itself for less."""
NAMED = 5


def near_vocabulary(corpus: Corpus, phrase: str) -> list[tuple[str, int]]:
    """Up to five words, the nearest first, and how often they are said; of longer phrases, near to any of its words.

    Near: no more than two of five letters are to be changed.
    """
    said: Counter[str] = Counter()
    spaced = f"SELECT unnest(words).word AS word FROM transcripts WHERE NOT {UNSPACED}"
    for word, n in corpus.sql(f"SELECT word, count(*) FROM ({spaced}) GROUP BY word").fetchall():
        said[fold(word)] += n
    for row in unspaced_words(corpus).to_pylist():
        said[fold(row["word"])] += row["said"]
    found: dict[str, float] = {}
    for word in fold(phrase).split():
        near = extract(word, [*said], scorer=Levenshtein.normalized_similarity, score_cutoff=LEAST_ALIKE, limit=NAMED)
        for other, score, _ in near:
            found[other] = max(score, found.get(other, 0.0))
    ranked = sorted(found, key=lambda word: (-found[word], -said[word], word))
    return [(word, said[word]) for word in ranked[:NAMED]]
