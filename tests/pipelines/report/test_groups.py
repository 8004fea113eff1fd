"""Which of the user's columns part the recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.report.groups import GROUPS_AT_MOST, counts_by, date_column, grouping_columns
from tests.pipelines.aired import SPOT, TALK, write_aired
from tests.pipelines.report.made import write_corpus


def test_columns_of_few_values_are_groups_and_dates_are_none(tmp_path: Path) -> None:
    uris = [f"/{n}.wav" for n in range(GROUPS_AT_MOST + 1)]
    metadata = {
        "region": {uri: ("north", "south")[n % 2] for n, uri in enumerate(uris)},
        "name": {uri: f"person {n}" for n, uri in enumerate(uris)},
        "same": dict.fromkeys(uris, "all"),
        "day": {uri: ("2025-01-03", "2025-02-04")[n % 2] for n, uri in enumerate(uris)},
        "partly": {uris[0]: "a", uris[1]: "b"},
    }
    write_corpus(tmp_path, dict.fromkeys(uris, "acme"), metadata)
    with open_corpus(tmp_path) as corpus:
        assert grouping_columns(corpus) == ["region", "partly"]
        assert date_column(corpus) == "day"


def test_words_are_counted_bare_by_recording_and_group(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"/a.wav": "Acme, acme! cola", "/b.wav": "cola"}, {"region": {"/a.wav": "north"}})
    with open_corpus(tmp_path) as corpus:
        found = counts_by(corpus, "region")
    assert [(row.group, row.word, row.said) for row in found.itertuples()] == [
        ("(none)", "cola", 1),
        ("north", "acme", 2),
        ("north", "cola", 1),
    ]


def test_without_columns_there_are_none(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"/a.wav": "acme"})
    with open_corpus(tmp_path) as corpus:
        assert grouping_columns(corpus) == []
        assert date_column(corpus) is None


@pytest.mark.parametrize("column", ['a "quoted" column', "a; DROP TABLE recordings", "group"])
def test_a_column_may_be_called_anything(tmp_path: Path, column: str) -> None:
    write_corpus(tmp_path, {"/a.wav": "acme", "/b.wav": "cola"}, {column: {"/a.wav": "x", "/b.wav": "y"}})
    with open_corpus(tmp_path) as corpus:
        assert grouping_columns(corpus) == [column]
        assert set(counts_by(corpus, column)["group"]) == {"x", "y"}


def test_a_recording_whose_files_lie_in_two_groups_is_in_both(tmp_path: Path) -> None:
    write_aired(tmp_path)
    with open_corpus(tmp_path / "out") as corpus:
        found = counts_by(corpus, "station")
        assert date_column(corpus) == "aired"
    said = {(row.group, row.recording_id): row.said for row in found.itertuples() if row.word == "acme"}
    assert said == {("KFM", SPOT): 2, ("RRadio", SPOT): 2, ("RRadio", TALK): 1}
