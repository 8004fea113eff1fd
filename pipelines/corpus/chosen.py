"""Which recordings a person's words name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.corpus.tables import Tables
from pipelines.store.names import Names
from schemas.errors import UsageError

TOP = re.compile(r"top:([1-9]\d*)")


def names_of(corpus: Tables) -> Names:
    """The names of a corpus's recordings, those of their copies after their own."""
    question = "SELECT recording_id, uri FROM recordings ORDER BY recording_id"
    held = corpus.sql(question).fetchall()
    if "files" in corpus.files:
        copies = "SELECT recording_id, uri FROM files SEMI JOIN recordings USING (recording_id) ORDER BY uri"
        held += corpus.sql(copies).fetchall()
    return Names(held)


def chosen(corpus: Tables, words: Sequence[str], option: str = "") -> list[str]:
    """Ids of the recordings that words name, each once, in the order of the words.

    Args:
        words: as :meth:`Names.named` takes them, or ``top:N`` for the N with the most speech.
        option: what the words were given as, for the error.

    Raises:
        UsageError: a word that names nothing.
    """
    names = names_of(corpus)
    found: dict[str, None] = {}
    for word in words:
        ids = _with_most_speech(corpus, int(top[1])) if (top := TOP.fullmatch(word)) else names.named(word)
        if not ids:
            said = f"{option} {word}" if option else word
            raise UsageError(f"{said}: no recording of that id or file name{names.hint(word)}")
        found.update(dict.fromkeys(ids))
    return list(found)


def _with_most_speech(corpus: Tables, n: int) -> list[str]:
    question = """
        SELECT recording_id FROM recordings
        ORDER BY duration_ms * coalesce(speech_share, 0) DESC, recording_id LIMIT ?"""
    return [key for (key,) in corpus.sql(question, [n]).fetchall()]
