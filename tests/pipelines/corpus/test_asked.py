"""A corpus that is asked: what the views hold, by hand, and that nothing can be written or read beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import ASTConfig, ASTModel

from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.errors import CommandError
from schemas.errors import UsageError
from schemas.sound import WINDOW_MS
from tests.pipelines.corpora import DEMO, publish
from tests.pipelines.tables import CALL, STREET, dimensions, emotion, example, speaker_label, transcript, write_corpus


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "out", example())
    return tmp_path / "out"


@pytest.fixture
def corpus(out: Path) -> Corpus:
    return open_corpus(out)


def test_words_are_flat(corpus: Corpus) -> None:
    asked = corpus.sql("SELECT word, start_ms, end_ms, position, channel FROM words WHERE recording_id = ?", [CALL])
    assert asked.fetchall() == [
        ("acme", 1000, 2000, 1, 1),
        ("cola", 3900, 4300, 2, 1),
        ("is", 9500, 10_700, 3, 1),
        ("Acme", 2500, 3000, 1, 2),
    ]


def test_classes_and_tags_are_flat(corpus: Corpus) -> None:
    asked = corpus.sql("SELECT label, round(probability, 3) FROM emotion_probabilities WHERE channel = 2 ORDER BY 1")
    assert asked.fetchall() == [("ang", pytest.approx(0.9)), ("neu", pytest.approx(0.1))]
    asked = corpus.sql("SELECT place, label FROM sound_tags WHERE start_ms = 10000 AND channel = 1 ORDER BY place")
    assert asked.fetchall() == [(1, "Music"), (2, "Speech")]


def test_baselines_weigh_clips_by_their_length(corpus: Corpus) -> None:
    asked = corpus.sql("SELECT channel, label, mean_probability FROM emotion_baselines WHERE recording_id = ?", [CALL])
    found = {(channel, label): mean for channel, label, mean in asked.fetchall()}
    assert found[1, "neu"] == pytest.approx((0.8 * 3 + 0.4 * 1) / 4)
    assert found[2, "neu"] == pytest.approx(0.1)
    assert found[None, "ang"] == pytest.approx((0.2 * 3 + 0.6 * 1 + 0.9 * 1) / 5)


def test_moments_join_what_overlaps(corpus: Corpus) -> None:
    rows = corpus.sql("SELECT * FROM moments ORDER BY recording_id, channel, start_ms").df().to_dict("records")
    assert [row["word"] for row in rows] == ["acme", "cola", "is", "Acme", "five", "<i>"]
    acme, cola, last, other, five, tag = rows
    assert (acme["emotion"], acme["sound"], acme["embedding"].tolist()) == (
        "neu",
        "Speech",
        pytest.approx([0.6, 0.8], abs=1e-3),
    )
    assert acme["recording_baseline"]["neu"] == pytest.approx((0.8 * 3 + 0.4 + 0.1) / 5)
    assert acme["above_recording"] == pytest.approx(0.8 - 0.58)
    assert acme["above_speaker"] == pytest.approx(0.8 - 0.7)
    # 100 ms of it lie in the first clip, 300 in the second
    assert (cola["emotion"], cola["emotion_start_ms"], cola["probabilities"]["neu"]) == (
        "ang",
        4000,
        pytest.approx(0.4),
    )
    # 500 ms in the first window, 700 in the second; after the last clip
    assert (last["sound"], last["embedding"]) == ("Music", None)
    assert last["emotion"] is None or last["emotion"] != last["emotion"]
    assert other["speaker_baseline"]["ang"] == pytest.approx(0.9)
    # the mix is nobody's own
    assert not isinstance(five["speaker_baseline"], dict)
    assert (tag["sound"], five["emotion"]) == ("Rain", five["emotion"])


def test_dimensions_of_words_and_their_baselines(tmp_path: Path) -> None:
    clips = [
        dimensions(CALL, 1, 1000, 4000, 0.5, 0.25, -0.5),
        dimensions(CALL, 1, 4000, 5000, 0.75, 0.5, 1.25),
        dimensions(CALL, 2, 2000, 3000, 0.25, 0.25, -1.0),
        dimensions(STREET, 0, 0, 12_000, 0.5, 0.5, 0.5),
    ]
    write_corpus(tmp_path, {**example(), "dimensions": clips})
    with open_corpus(tmp_path) as corpus:
        asked = corpus.sql("SELECT channel, arousal, valence FROM dimension_baselines WHERE recording_id = ?", [CALL])
        means = {channel: (arousal, valence) for channel, arousal, valence in asked.fetchall()}
        assert means[1] == (pytest.approx(0.5625), pytest.approx((-0.5 * 3 + 1.25) / 4))
        assert means[2] == (0.25, -1.0)
        assert means[None] == (pytest.approx(0.5), pytest.approx((-0.5 * 3 + 1.25 - 1) / 5))
        columns = ("word", "arousal", "arousal_recording", "arousal_speaker", "valence", "emotion")
        rows = corpus.sql(f"SELECT {', '.join(columns)} FROM moments ORDER BY recording_id, channel, start_ms")
        acme, cola, last, other, five, tag = rows.fetchall()
        assert corpus.sql("SELECT count(*) FROM (FROM moments LIMIT 2)").fetchall() == [(2,)]
    assert acme == ("acme", 0.5, pytest.approx(0.5), pytest.approx(0.5625), -0.5, "neu")
    assert (cola[1], cola[4]) == (0.75, 1.25)  # 100 ms of it lie in the first clip, 300 in the second
    assert last[1] is None  # after the last clip
    assert (other[1], other[3]) == (0.25, 0.25)
    assert (five[1], five[3]) == (0.5, None)  # the mix is nobody's own
    assert tag[1] is None


def test_a_limit_holds_where_nobody_has_a_channel_of_their_own(tmp_path: Path) -> None:
    """Mixed channels, no sounds, no embeddings: DuckDB 2.0.0 forgot the LIMIT over a join with nothing."""
    words = [(f"w{i}", 100 * i, 100 * i + 90, 0.5) for i in range(20)]
    clips = [emotion(STREET, 0, 0, 2000, ang=0.3, neu=0.7)]
    write_corpus(
        tmp_path,
        {"recordings": example()["recordings"], "transcripts": [transcript(STREET, 0, words)], "emotions": clips},
    )
    with open_corpus(tmp_path) as corpus:
        assert len(corpus.sql("SELECT word FROM moments").fetchall()) == 20
        assert len(corpus.sql("SELECT word FROM moments LIMIT 3").fetchall()) == 3
        assert corpus.sql("SELECT count(*) FROM (FROM moments LIMIT 2)").fetchall() == [(2,)]


def test_what_duckdb_users_know(corpus: Corpus) -> None:
    question = "SELECT word FROM words ORDER BY word"
    first, second = corpus.sql(question), corpus.sql(question)  # both open at once
    assert first.df()["word"].tolist() == second.pl()["word"].to_list()
    assert corpus.sql(question).arrow().read_all()["word"].to_pylist()[0] == "<i>"


@settings(max_examples=8)  # each opens a corpus
@given(words=st.lists(st.tuples(st.integers(0, 29_000), st.integers(0, 4000)), min_size=1, max_size=30))
def test_a_word_has_one_moment_and_the_window_of_its_larger_part(
    tmp_path_factory: pytest.TempPathFactory, words: list[tuple[int, int]]
) -> None:
    out = tmp_path_factory.mktemp("any")
    spoken = sorted(set(words))
    rows = {
        **example(),
        "transcripts": [transcript(CALL, 1, [("w", s, s + n, 0.5) for s, n in spoken])],
    }
    write_corpus(out, rows)
    found = open_corpus(out).sql("SELECT start_ms, end_ms, window_id FROM moments ORDER BY 1, 2").fetchall()
    assert [row[:2] for row in found] == [(s, s + n) for s, n in spoken]
    for start, end, window in found:
        at = int(window.split("/")[2])

        def within(begin: int, start: int = start, end: int = end) -> int:
            return min(end, begin + WINDOW_MS) - max(start, begin)

        assert within(at) >= max(within(begin) for begin in range(0, 40_000, WINDOW_MS))


@pytest.mark.parametrize("without", [(), ("emotions",)])
def test_moments_say_who_speaks_where_voices_were_told_apart(tmp_path: Path, without: tuple[str, ...]) -> None:
    labels = [
        speaker_label(CALL, 1, 1000, 4000, "S1", "P002"),
        speaker_label(CALL, 1, 4000, 5000, "S2", "P001"),
        speaker_label(STREET, 0, 0, 12_000, None, None),
    ]
    rows = {name: those for name, those in example().items() if name not in without}
    write_corpus(tmp_path, {**rows, "speaker_labels": labels})
    with open_corpus(tmp_path) as corpus:
        asked = "SELECT word, recording_speaker, corpus_speaker FROM moments ORDER BY recording_id, channel, start_ms"
        assert corpus.sql(asked).fetchall() == [
            ("acme", "S1", "P002"),
            ("cola", "S2", "P001"),  # 100 ms of it lie in the first stretch, 300 in the second
            ("is", None, None),
            ("Acme", None, None),  # of the other channel
            ("five", None, None),
            ("<i>", None, None),
        ]
        assert len(corpus.sql("FROM moments WHERE corpus_speaker = 'P001'").fetchall()) == 1
    write_corpus(tmp_path, rows, "2")
    with open_corpus(tmp_path) as corpus:
        for question in ("FROM speaker_labels", "SELECT corpus_speaker FROM moments"):
            with pytest.raises(UsageError, match=r"'speaker_labels' was left out .*: `earwitness speakers` makes it"):
                corpus.sql(question)


def test_what_was_left_out_is_named(tmp_path: Path) -> None:
    rows = {name: those for name, those in example().items() if name not in ("emotions", "embeddings")}
    write_corpus(tmp_path, rows)
    corpus = open_corpus(tmp_path)
    assert "emotion" not in corpus.columns["moments"]
    assert corpus.sql("SELECT sound FROM moments WHERE word = 'is'").fetchall() == [("Music",)]
    for question in ("FROM emotions", "FROM emotion_baselines", "SELECT above_speaker FROM moments"):
        with pytest.raises(UsageError, match=r"'emotions'.* was left out of this corpus: run again with a checkpoint"):
            corpus.sql(question)
    with pytest.raises(UsageError, match=r"'frames' was left out of this corpus: run again with --tables frames"):
        corpus.sql("FROM frames")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("FROM word", "SQL: unknown table 'word': did you mean 'words'?"),
        ("SELECT wrd FROM words", "SQL: unknown column 'wrd': did you mean 'word'?"),
        ("SELECT w.txt FROM transcripts w", "SQL: unknown column 'txt': did you mean 'text'?"),
        ("SELECT word\nFRM words", 'SQL: syntax error at or near "words" (line 2, character 5)'),
        ("SELEC 1", 'SQL: syntax error at or near "SELEC" (line 1, character 1)'),
        ("", "the SQL holds no statements: ask one question at a time"),
        ("SELECT 1; SELECT 2", "the SQL holds 2 statements: ask one question at a time"),
        ("SELECT sqr(2)", 'SQL: Scalar Function with name sqr does not exist! Did you mean "sqrt"?'),
    ],
)
def test_wrong_words_are_told_in_a_line(corpus: Corpus, question: str, said: str) -> None:
    with pytest.raises(UsageError) as told:
        corpus.sql(question)
    assert str(told.value) == said


@pytest.mark.parametrize("question", ["DESCRIBE words", "SUMMARIZE words", "SHOW TABLES", "EXPLAIN ANALYZE FROM words"])
def test_looking_around_is_a_question(corpus: Corpus, question: str) -> None:
    assert corpus.sql(question).fetchall()


FORBIDDEN = [
    "COPY words TO '{file}'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}'",
    "EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO '{file}'",
    "-- look\nEXPLAIN ANALYZE COPY (SELECT 1) TO '{file}'",
    "WITH x AS (COPY (SELECT 1) TO '{file}') SELECT 1",
    "WITH y AS (SELECT 1), x AS MATERIALIZED (COPY (SELECT 1) TO '{file}') SELECT 1",
    "EXPLAIN ANALYZE WITH x AS (COPY (SELECT 1) TO '{file}') SELECT 1",
    "ATTACH '{file}'",
    "EXPORT DATABASE '{file}'",
    "CREATE TABLE x AS SELECT 1",
    "DROP VIEW words",
    "WITH x AS (INSERT INTO kept_baselines VALUES ('', 0, NULL)) SELECT 1",
    "SET threads = 1",
    "RESET threads",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CREATE SECRET (TYPE s3)",
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/etc/passwd')",
    "FROM '/etc/passwd'",
    "FROM glob('/etc/*')",
    "FROM read_parquet('{beside}')",
    "FROM read_parquet('https://example.com/x.parquet')",
    "FROM example",
]


@pytest.mark.parametrize("question", FORBIDDEN)
def test_nothing_is_written_or_read_beside_the_corpus(out: Path, tmp_path: Path, question: str) -> None:
    snapshot = (out / "current").resolve()
    beside = tmp_path / "beside.parquet"
    shutil.copy(snapshot / "errors" / "0.parquet", beside)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with open_corpus(out) as corpus:
        corpus.sql("FROM emotion_baselines").fetchall()
        for file in (snapshot / "errors" / "0.parquet", snapshot / "new.parquet"):
            with pytest.raises((UsageError, duckdb.Error)):
                corpus.sql(question.format(file=file, beside=beside)).fetchall()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_is_published_meanwhile_is_not_seen(out: Path, corpus: Corpus) -> None:
    assert corpus.sql("SELECT count(*) FROM words").fetchall() == [(6,)]
    write_corpus(out, {**example(), "transcripts": []}, "2")
    assert corpus.sql("SELECT count(*) FROM words").fetchall() == [(6,)]
    with open_corpus(out) as newer:
        assert newer.sql("SELECT count(*) FROM words").fetchall() == [(0,)]
        assert newer.sql("SELECT * FROM moments").fetchall() == []
    shutil.rmtree(out / "snapshots" / "1")
    with pytest.raises(CommandError, match="is gone, newer ones took its place: open the corpus again"):
        corpus.sql("SELECT count(word) FROM words").fetchall()


def test_a_snapshot_that_goes_before_its_answer_is_fetched(out: Path) -> None:
    def fetch() -> None:
        with open_corpus(out) as corpus:
            asked = corpus.sql("SELECT count(word) FROM words")
            shutil.rmtree(corpus.snapshot)
            asked.fetchall()

    with pytest.raises(CommandError, match="is gone, newer ones took its place: open the corpus again"):
        fetch()


def test_where_there_is_no_corpus(tmp_path: Path, out: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere: no such folder"):
        open_corpus(tmp_path / "nowhere")
    with pytest.raises(CommandError, match=r"holds no corpus$"):
        open_corpus(tmp_path)
    with pytest.raises(CommandError, match=rf"holds no corpus: its tables are of the corpus in {out}$"):
        open_corpus(out / "current")


@pytest.mark.parametrize("name", ["it's", "all[2026]", "*", "ümlaut {a,b}?"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    write_corpus(tmp_path / name, example())
    assert open_corpus(tmp_path / name).sql("SELECT count(*) FROM words").fetchall() == [(6,)]


def test_recordings_go_by_id_uri_and_name(corpus: Corpus) -> None:
    assert {corpus.recording(word) for word in (CALL, "/calls/call.wav", "call.wav", "call")} == {CALL}
    assert corpus.recording("it's <b>.mp3") == STREET
    with pytest.raises(UsageError, match=r"unknown recording 'cal.wav': did you mean 'call.wav'\?"):
        corpus.recording("cal.wav")


def test_a_spectrogram_crosses_windows(tmp_path: Path) -> None:
    publish(tmp_path / "out", {}, [DEMO / "interviews" / "street.mp4"], tables=["spectrograms"])
    corpus = open_corpus(tmp_path / "out")
    picture = corpus.spectrogram("street.mp4", 9.5, 10.2)
    whole = corpus.spectrogram("street.mp4", 0, 1e6)
    assert picture.db.shape == (70, 128)
    np.testing.assert_allclose(picture.times_s, 9.5 + np.arange(70) / 100)
    np.testing.assert_array_equal(picture.db, whole.db[950:1020])
    assert picture.db.min() >= -100
    assert picture.db.max() <= 20
    assert (np.diff(picture.frequencies_hz) > 0).all()
    for start, end in ((-1, 2), (3, 3), (1e5, 1e6)):
        with pytest.raises(UsageError):
            corpus.spectrogram("street", start, end)
    with pytest.raises(UsageError, match="nothing at 1 s on channel 7"):
        corpus.spectrogram("street", 1, 2, channel=7)

    # What AST's own projection gives for the picture is what it gives patch by patch.
    ast = ASTModel(ASTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, max_length=70))
    project = ast.embeddings.patch_embeddings.projection
    patches = torch.tensor(np.ascontiguousarray(picture.patches().swapaxes(0, 1).reshape(-1, 1, 16, 16)))
    with torch.inference_mode():
        expected = ast.embeddings.patch_embeddings(torch.from_numpy(picture.db)[None])[0]
        found = project(patches.swapaxes(2, 3))[:, :, 0, 0]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-3)


def test_words_of_an_earlier_version_end_as_nobody_knows(tmp_path: Path) -> None:
    """Their files have no end_is: the column is there, and null."""
    write_corpus(tmp_path / "out", example())
    (path,) = (tmp_path / "out").resolve().rglob("transcripts/*.parquet")
    rows = pq.read_table(path)
    old = pa.list_(pa.struct([f for f in rows.schema.field("words").type.value_type if f.name != "end_is"]))
    words = [[{k: v for k, v in w.items() if k != "end_is"} for w in said] for said in rows["words"].to_pylist()]
    at = rows.schema.get_field_index("words")
    path.unlink()
    pq.write_table(rows.set_column(at, "words", pa.array(words, old)), path)
    with open_corpus(tmp_path / "out") as corpus:
        n = sum(map(len, words))
        assert n
        assert corpus.sql("SELECT count(*), count(end_is) FROM words").fetchall() == [(n, 0)]
        assert "end_is" in str(corpus.sql("SELECT words FROM transcripts").types[0])
