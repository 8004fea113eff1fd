"""What is said beside mentions."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("bleeds", "told"), [([None, None, None], None), ([None, 1, None], "1 segment"), ([2, 1, None], "2 segments")]
)
def test_what_bled_over_is_told_where_there_is_some(tmp_path: Path, bleeds: list[int | None], told: str | None) -> None:
    segments = [
        {
            "segment_id": f"{CALL}/{channel}/0",
            "recording_id": CALL,
            "channel": channel,
            "start_ms": 0,
            "end_ms": 5000,
            "speech_probability": 0.9,
            "bleed_of": bleed,
        }
        for channel, bleed in enumerate(bleeds, 1)
    ]
    write_corpus(tmp_path, {**example(), "segments": segments})
    with open_corpus(tmp_path) as corpus:
        lines = [one for one in notes(corpus, find_mentions(corpus, ["acme"]), ["acme"], fuzzy=False) if "bled" in one]
    assert [line.split(" of speech")[0] for line in lines] == ([f"left out: {told}"] if told else [])
