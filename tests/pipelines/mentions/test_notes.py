"""What is said beside mentions."""

from __future__ import annotations

from pathlib import Path

from pipelines.corpus.asked import open_corpus
from pipelines.mentions import find_mentions
from pipelines.mentions.notes import notes
from tests.pipelines.tables import CALL, example, transcript, write_corpus


def test_how_many_and_what_was_not_found(tmp_path: Path) -> None:
    said = [(word, 1000 * i, 1000 * i + 500, 0.9) for i, word in enumerate(("acme", "cola", "acne"))]
    write_corpus(tmp_path, {**example(), "transcripts": [transcript(CALL, 1, said)]})
    phrases = ["acme", "acre", "zzzz"]
    with open_corpus(tmp_path) as corpus:
        told = list(notes(corpus, find_mentions(corpus, phrases), phrases, fuzzy=False))
        assert told[0] == "no mention of 'acre'; near words: acme (1), acne (1): try --fuzzy"
        assert told[1] == "no mention of 'zzzz', nor of words like it"
        assert told[2].startswith("acme: 1 mention in 1 of ")
        fuzzy = list(notes(corpus, find_mentions(corpus, ["acme"], fuzzy=True), ["acme"], fuzzy=True))
        assert fuzzy[-1].startswith("acme: 2 mentions in 1 of ")
        assert fuzzy[-1].endswith(", 1 fuzzy (~ and the edit distance)")


def test_what_the_corpus_has_no_table_of(tmp_path: Path) -> None:
    rows = {table: of_table for table, of_table in example().items() if table != "emotions"}
    write_corpus(tmp_path, rows)
    with open_corpus(tmp_path) as corpus:
        told = list(notes(corpus, find_mentions(corpus, ["acme"]), ["acme"], fuzzy=False))
    assert told[0].startswith("no emotion beside them: ")
