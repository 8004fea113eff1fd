"""How many transcripts may be made up, and which an answer takes in."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.corpus.asked import open_corpus
from pipelines.corpus.doubtful import KEPT, Doubted, Doubtful, doubted, doubtful_of
from pipelines.corpus.segments import segments_of
from schemas.errors import UsageError
from tests.pipelines.tables import CALL, STREET, example, transcript, write_corpus

JUDGED = ("no_speech_probability", "mean_log_probability", "compression_ratio", "doubtful")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Six transcripts: two doubtful, one of an earlier version, one empty."""
    said = [(word, 100 * i, 100 * i + 90, 0.9) for i, word in enumerate(("thank", "you", "so", "much"))]
    rows = [
        {**transcript(CALL, 1, said[:2]), "doubtful": ["no_speech", "low_probability"]},
        {**transcript(CALL, 1, said[2:]), "doubtful": []},
        {**transcript(CALL, 2, said[:3]), "doubtful": ["no_speech"]},
        {**transcript(STREET, 0, said[:1]), "doubtful": None},
        {**transcript(STREET, 0, said[1:2]), "doubtful": []},
        {**transcript(STREET, 0, said[3:]), "text": "", "words": [], "doubtful": []},
    ]
    place = ("segment_id", "recording_id", "channel", "start_ms", "end_ms")
    segments = [{**{name: row[name] for name in place}, "speech_probability": 0.9} for row in rows]
    write_corpus(tmp_path, {**example(), "transcripts": rows, "segments": segments})
    return tmp_path


def test_how_many_there_are(out: Path) -> None:
    with open_corpus(out) as corpus:
        assert doubted(corpus) == Doubted(5, 9, 2, 5, {"no_speech": 2, "low_probability": 1}, 1)


@pytest.mark.parametrize(("doubtful", "rows"), [("in", 6), ("out", 4), ("only", 2)])
def test_which_are_taken_in(out: Path, doubtful: Doubtful, rows: int) -> None:
    with open_corpus(out) as corpus:
        assert corpus.sql(f"SELECT count(*) FROM transcripts WHERE {KEPT[doubtful]}").fetchall() == [(rows,)]
        drawn = segments_of(corpus, doubtful=doubtful)
        assert len(drawn) == rows
        assert sum(bool(one.doubtful) for one in drawn) == {"in": 2, "out": 0, "only": 2}[doubtful]


def test_words_have_the_doubts_of_their_row(out: Path) -> None:
    with open_corpus(out) as corpus:
        asked = "SELECT word, doubtful FROM words WHERE channel = 1 ORDER BY start_ms"
        doubts = ["no_speech", "low_probability"]
        assert corpus.sql(asked).fetchall() == [("thank", doubts), ("you", doubts), ("so", []), ("much", [])]
        assert "doubtful" in corpus.columns["moments"]


def test_nobody_judged_rows_of_an_earlier_version(out: Path) -> None:
    (path,) = (out / "snapshots").rglob("transcripts/*.parquet")
    old = pq.read_table(path).drop_columns(list(JUDGED))
    path.unlink()
    pq.write_table(old, path)
    with open_corpus(out) as corpus:
        assert doubted(corpus) == Doubted(5, 9, 0, 0, {}, 5)
        assert corpus.sql(f"SELECT {', '.join(JUDGED)} FROM transcripts LIMIT 1").fetchall() == [(None,) * 4]
        assert corpus.sql("SELECT count(*), count(doubtful) FROM words").fetchall() == [(9, 0)]
        assert len(segments_of(corpus, doubtful="out")) == 6


def test_a_corpus_without_transcripts_has_none(tmp_path: Path) -> None:
    write_corpus(tmp_path, {name: rows for name, rows in example().items() if name != "transcripts"})
    with open_corpus(tmp_path) as corpus:
        assert doubted(corpus) is None


def test_another_word() -> None:
    assert doubtful_of("only") == "only"
    with pytest.raises(UsageError, match="--doubtful onyl: did you mean"):
        doubtful_of("onyl")
