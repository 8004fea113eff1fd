"""Mentions by group: against counts by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.corpus.appearances import COUNTS, Count
from pipelines.corpus.asked import open_corpus
from pipelines.mentions.find import find_mentions, mentions_alone
from pipelines.mentions.notes import groups_notes, notes
from pipelines.mentions.rates import mention_rates
from tests.pipelines.aired import write_aired
from tests.pipelines.report.made import write_corpus

SAID = {
    "/a.wav": "Acme, ACME cola. the acme's",  # 3 of 5
    "/b.wav": "(acme) one two three four five",  # 1 of 6
    "/c.wav": "nothing at all",
}
OWN = {"region": {"/a.wav": "north", "/b.wav": "north"}, "date": {"/a.wav": "2024-01-09", "/b.wav": "2024-02-01"}}
PHRASES = ["acme", "acme cola"]


def test_mentions_of_a_group_over_its_words(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    corpus = open_corpus(tmp_path)
    found = mention_rates(corpus, mentions_alone(corpus, PHRASES), PHRASES, ["region"]).set_index(["group", "phrase"])
    assert found.loc[("north", "acme"), "per_1000_words"] == pytest.approx(4000 / 11)
    assert found.loc[("north", "acme cola"), "per_1000_words"] == pytest.approx(1000 / 11)
    assert found.loc[("(none)", "acme"), ["per_1000_words", "recordings"]].tolist() == [0, 1]


def test_by_month(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    corpus = open_corpus(tmp_path)
    found = mention_rates(corpus, mentions_alone(corpus, ["acme"]), ["acme"], ["date"], months=["date"])
    assert found["group"].tolist() == ["2024-01", "2024-02"]  # what has no date is in no month
    assert found["per_1000_words"].tolist() == pytest.approx([3000 / 5, 1000 / 6])


def test_what_is_found_alone_is_what_is_found_with_its_surroundings(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    corpus = open_corpus(tmp_path)
    columns = ["phrase", "recording_id", "distance"]
    whole = find_mentions(corpus, PHRASES)[columns].sort_values(columns, ignore_index=True)
    alone = mentions_alone(corpus, PHRASES)[columns].sort_values(columns, ignore_index=True)
    assert len(alone) == 5
    assert alone.astype(str).equals(whole.astype(str))


def test_no_phrase_is_no_mention(tmp_path: Path) -> None:
    write_corpus(tmp_path, SAID, OWN)
    assert mentions_alone(open_corpus(tmp_path), []).empty


def counts(tmp_path: Path, count: Count, by: str) -> dict[str, list[float]]:
    """Of each group: mentions, recordings, files, hours * 60, words, mentions an hour."""
    names = ["mentions", "recordings", "files", "hours", "words", "per_hour"]
    with open_corpus(tmp_path / "out") as corpus:
        rates = mention_rates(corpus, mentions_alone(corpus, ["acme"]), ["acme"], [by], ["aired"], count)
    assert set(rates["counted"]) == {count}
    rates["hours"] *= 60
    return {row["group"]: [round(row[name], 6) for name in names] for row in rates.to_dict("records")}


def test_a_content_counts_once_in_each_group_or_once_for_each_file(tmp_path: Path) -> None:
    """The spot (2 of 4 words, a minute) on KFM, twice on RRadio and in a backup; the talk (1 of 6) on RRadio."""
    write_aired(tmp_path)
    assert counts(tmp_path, "recordings", "station") == {
        "KFM": [2, 1, 1, 1, 4, 120],
        "RRadio": [3, 2, 3, 2, 10, 90],
    }
    assert counts(tmp_path, "files", "station") == {
        "(none)": [2, 1, 1, 1, 4, 120],
        "KFM": [2, 1, 1, 1, 4, 120],
        "RRadio": [5, 2, 3, 3, 14, 100],
    }
    assert counts(tmp_path, "recordings", "aired") == {
        "2024-05": [2, 1, 1, 1, 4, 120],
        "2024-06": [3, 2, 3, 2, 10, 90],
    }
    assert counts(tmp_path, "files", "aired")["2024-06"] == [5, 2, 3, 3, 14, 100]


def test_a_row_for_each_file_in_which_a_mention_can_be_heard(tmp_path: Path) -> None:
    archive = write_aired(tmp_path)
    (archive / "backup/spot.wav").unlink()
    with open_corpus(tmp_path / "out") as corpus:
        once, each = (find_mentions(corpus, ["acme"], count=count) for count in COUNTS)
        told = list(notes(corpus, each, ["acme"], fuzzy=False, count="files"))
        told_once = [*notes(corpus, once, ["acme"], fuzzy=False), *groups_notes(corpus, ["station"], "recordings")]
    assert [Path(file).name for file in once["file"]] == ["0501.wav", "0501.wav", "talk.wav"]
    assert once["files"].tolist() == [4, 4, 1]
    assert once["station"].isna().tolist() == [True, True, False]  # nobody says which
    assert len(each) == 2 * 4 + 1
    assert each["station"].value_counts().to_dict() == {"KFM": 2, "RRadio": 5}
    assert told[-2:] == [
        "acme: 9 mentions in 5 of 5 files, 2 of 2 recordings",
        "counted: files, each with its own columns; 1 of 2 recordings lies in several files, of 5 files",
    ]
    assert told_once[-3:] == [
        "acme: 3 mentions in 2 of 2 recordings",
        "counted: recordings, each once; 1 of 2 recordings lies in several files, of 5 files: --count files counts "
        "each file",
        "1 recording lies in several groups of station, counted once in each: groups add up to more than all",
    ]
