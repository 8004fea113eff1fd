"""Words of transcripts whose script puts no blanks, where a recogniser's own words are letters or whole sentences."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import KEPT, Doubtful
from pipelines.sql import literal
from pipelines.writing.line import Line
from pipelines.writing.scripts import UNSPACED_SQL, words

UNSPACED = f"regexp_matches(text, {literal(UNSPACED_SQL)})"
"""Whether a transcript holds such a letter, as SQL."""


def words_of(text: str) -> list[str]:
    """The words of such a text by the dictionaries of ICU, in small letters."""
    line = Line.of(text.split(), text).text
    return [line[a:b].lower() for a, b in words(line)]


def unspaced_words(corpus: Corpus, doubtful: Doubtful = "in") -> pa.Table:
    """How often each recording says each word, in transcripts of such scripts alone.

    Returns: columns recording_id, word, said.
    """
    said: Counter[tuple[str, str]] = Counter()
    texts = f"SELECT recording_id, text FROM transcripts WHERE {UNSPACED} AND {KEPT[doubtful]}"
    for key, text in corpus.sql(texts).fetchall():
        said.update((key, word) for word in words_of(text))
    return pa.table(
        {
            "recording_id": pa.array([key for key, _ in said], pa.string()),
            "word": pa.array([word for _, word in said], pa.string()),
            "said": pa.array(said.values(), pa.int64()),
        }
    )
