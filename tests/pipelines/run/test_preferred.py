"""What a run says of its vocabulary before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.run.preferred import notes_on, taken_by
from pipelines.run.words import named_of
from schemas.config import from_mapping
from schemas.vocabulary import Vocabulary
from transforms.models.vocabulary import is_installed

CHECKPOINTS = {"transcripts": str(DEMO_FOLDER / "transcripts")}
KINDS = {"transcripts": "ctc"}


@pytest.mark.skipif(not is_installed(), reason="needs flashlight-text")
def test_words_that_cannot_be_used_are_named() -> None:
    words = ("Acme Cola", *(f"Nr {number}" for number in range(23)))
    taken = taken_by(Vocabulary("names.txt", words), CHECKPOINTS, KINDS)
    assert taken.unused == words[1:]
    said, unused = notes_on(taken, makes_transcripts=True)
    assert said == f"transcripts prefer {taken}, by a beam search"
    assert unused.startswith("23 of them cannot be used, for the checkpoint lacks letters of them: Nr 0, ")
    assert unused.endswith("Nr 19 and 3 more")
    assert taken.content == Vocabulary("names.txt", words).content


def test_a_run_without_transcripts_says_that_nothing_is_changed() -> None:
    vocabulary = Vocabulary("names.txt", ("Acme",))
    assert taken_by(vocabulary, {}, {}) == vocabulary
    assert notes_on(vocabulary, makes_transcripts=False) == [
        f"the vocabulary, {vocabulary}, changes nothing: this run makes no transcripts"
    ]


def test_without_words_nothing_is_said() -> None:
    assert taken_by(Vocabulary(), CHECKPOINTS, KINDS) == Vocabulary()
    assert notes_on(Vocabulary(), makes_transcripts=True) == []


@pytest.mark.parametrize("written", ["vocabulary: {path}", "vocabulary: [Acme Cola, Northwind]"])
def test_a_configuration_names_a_file_or_the_words(tmp_path: Path, written: str) -> None:
    import argparse

    from pipelines.run.words import add_words

    (tmp_path / "names.txt").write_text("Acme Cola\nNorthwind\n")
    (tmp_path / "run.yaml").write_text(written.format(path=tmp_path / "names.txt"))
    parser = argparse.ArgumentParser()
    add_words(parser)
    parser.set_defaults(beam=[])
    words = from_mapping(named_of(parser.parse_args(["--config", str(tmp_path / "run.yaml")]))).vocabulary.words
    assert words == ("Acme Cola", "Northwind")
    given = parser.parse_args(["--config", str(tmp_path / "run.yaml"), "--vocabulary", "none"])
    assert from_mapping(named_of(given)).vocabulary == Vocabulary()
