"""Transcripts that may be made up: how many there are, and whether an answer takes them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from pipelines.corpus.asked import Corpus
from schemas.catalog import nearest
from schemas.errors import UsageError

Doubtful = Literal["in", "out", "only"]
"""Whether doubtful rows are in an answer, or it has nothing else."""

KEPT: Mapping[Doubtful, str] = {
    "in": "true",
    "out": "coalesce(len(doubtful), 0) = 0",
    "only": "coalesce(len(doubtful), 0) > 0",
}
"""The rows of transcripts that an answer takes in, as SQL; what nobody judged is not doubtful."""


@dataclass(frozen=True)
class Doubted:
    """Of the transcripts that hold words.

    Attributes:
        rows, words: all.
        doubtful, doubtful_words: of them, those against which something speaks.
        reasons: how many of them each code is said of, the most first.
        unjudged: rows of earlier versions.
    """

    rows: int
    words: int
    doubtful: int
    doubtful_words: int
    reasons: Mapping[str, int]
    unjudged: int


def doubtful_of(word: str) -> Doubtful:
    """What ``--doubtful`` names.

    Raises:
        UsageError: another word.
    """
    if word not in (known := get_args(Doubtful)):
        raise UsageError(f"--doubtful {word}{nearest(word, known)}")
    return cast(Doubtful, word)


def doubted(corpus: Corpus) -> Doubted | None:
    """How many transcripts are doubtful; None where the corpus has none of them."""
    if "transcripts" not in corpus.files:
        return None
    those = f"count(*) FILTER ({KEPT['only']}), coalesce(sum(len(words)) FILTER ({KEPT['only']}), 0)"
    rows, words, doubtful, doubtful_words, unjudged = corpus.sql(
        f"SELECT count(*), coalesce(sum(len(words)), 0), {those}, count(*) FILTER (doubtful IS NULL) "
        "FROM transcripts WHERE text <> ''"
    ).fetchall()[0]
    reasons = corpus.sql(
        "SELECT reason, count(*) AS n FROM (SELECT unnest(doubtful) AS reason FROM transcripts WHERE text <> '') "
        "GROUP BY reason ORDER BY n DESC, reason"
    ).fetchall()
    return Doubted(rows, words, doubtful, doubtful_words, dict(reasons), unjudged)
