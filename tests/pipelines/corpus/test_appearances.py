"""One content in several files: which of them is opened, and what the view and old corpora say."""

from __future__ import annotations

from pathlib import Path

from pipelines.corpus.appearances import groups_sql, links, several
from pipelines.corpus.asked import Corpus, open_corpus
from tests.pipelines.aired import SPOT, TALK, write_aired
from tests.pipelines.report.made import write_corpus


def opened(corpus: Corpus) -> dict[str, str]:
    return links(corpus, dict(corpus.sql("SELECT recording_id, uri FROM recordings").fetchall()))


def test_the_file_that_is_opened_is_one_that_is_there(tmp_path: Path) -> None:
    archive = write_aired(tmp_path)
    with open_corpus(tmp_path / "out") as corpus:
        assert opened(corpus) == {
            SPOT: str(archive / "backup/spot.wav"),
            TALK: str(archive / "rradio/talk.wav"),
        }
        (archive / "backup/spot.wav").unlink()
        (archive / "kfm/0501.wav").write_bytes(b"another recording")
        (archive / "rradio/0611.wav").unlink()
        (archive / "rradio/0611.wav").mkdir()
        assert opened(corpus)[SPOT] == str(archive / "rradio/0612.wav")
        (archive / "rradio/0612.wav").unlink()
        assert opened(corpus)[SPOT] == str(archive / "backup/spot.wav")


def test_a_row_for_each_file_with_its_own_columns(tmp_path: Path) -> None:
    write_aired(tmp_path)
    with open_corpus(tmp_path / "out") as corpus:
        counted = corpus.sql("SELECT station, count(*), sum(duration_ms) FROM appearances GROUP BY 1 ORDER BY 1")
        assert counted.fetchall() == [("KFM", 1, 60000), ("RRadio", 3, 180000), (None, 1, 60000)]
        assert several(corpus) == (2, 5, 1)
        by_file = corpus.sql(groups_sql(corpus, "a.station", "files") + ' ORDER BY "group", recording_id').fetchall()
        by_content = corpus.sql(groups_sql(corpus, "a.station", "recordings")).fetchall()
    assert sorted(by_file) == sorted(
        [(SPOT, "(none)", 1, 1), (SPOT, "KFM", 1, 1), (SPOT, "RRadio", 2, 2), (TALK, "RRadio", 1, 1)]
    )
    # A backup without a row says nothing about where a spot was aired.
    assert sorted(by_content) == sorted([(SPOT, "KFM", 1, 1), (SPOT, "RRadio", 2, 1), (TALK, "RRadio", 1, 1)])


def test_a_corpus_of_before_has_the_columns_of_recordings(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"/a.wav": "one", "/b.wav": "two"}, {"region": {"/a.wav": "north"}})
    with open_corpus(tmp_path) as corpus:
        assert corpus.sql("SELECT uri, region FROM appearances ORDER BY uri").fetchall() == [
            ("/a.wav", "north"),
            ("/b.wav", None),
        ]
        assert several(corpus) == (2, 2, 0)
