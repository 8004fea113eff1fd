"""What surrounds a mention, by hand: context, speaker, emotion, sounds; and rates by group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.mentions import find_mentions, mention_rates
from pipelines.mentions.speakers import voices_sql
from pipelines.statistics.intervals import ratio_interval
from schemas.dimensions import DIMENSIONS
from schemas.errors import UsageError
from tests.pipelines.tables import (
    CALL,
    STREET,
    dimensions,
    emotion,
    example,
    recording,
    sound,
    transcript,
    write_corpus,
)

OTHER = "c" * 32


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """The example; a clip of the mention "Acme" beside another, and a recording of Street's region without a word."""
    rows = example()
    rows["emotions"].append(emotion(CALL, 2, 3000, 5000, neu=0.7, ang=0.3))
    rows["emotions"].append(emotion(CALL, 2, 14_000, 16_000, neu=1.0))
    rows["recordings"].append(recording(OTHER, "/street/quiet.wav", None))
    write_corpus(tmp_path, rows)
    return open_corpus(tmp_path)


def test_where_and_what(corpus: Corpus) -> None:
    found = find_mentions(corpus, ["acme", "is", "ACME cola"], around=1)
    rows = found[["phrase", "file", "channel", "start_ms", "end_ms", "text", "distance", "before", "after"]]
    assert rows.to_numpy().tolist() == [
        ["acme", "/calls/call.wav", 1, 1000, 2000, "acme", 0, "", "cola"],
        ["acme", "/calls/call.wav", 2, 2500, 3000, "Acme", 0, "", ""],
        ["is", "/calls/call.wav", 1, 9500, 10_700, "is", 0, "cola", ""],
        ["ACME cola", "/calls/call.wav", 1, 1000, 4300, "acme cola", 0, "", "is"],
    ]
    assert found["confidence"].tolist() == pytest.approx([0.9, 0.6, 0.7, 0.85])
    assert found["recording_id"].unique().tolist() == [CALL]
    assert found["region"].unique().tolist() == ["north"]
    assert found[["speaker", "speaker_from"]].to_numpy().tolist()[:2] == [
        ["channel 1", "channel"],
        ["channel 2", "channel"],
    ]


def test_emotion_in_and_around_against_the_rest(corpus: Corpus) -> None:
    found = find_mentions(corpus, ["acme", "acme cola"], seconds=2)
    first, second, both = found.to_dict("records")
    # In the first clip of channel 1; the second begins 2 s later and lies out of reach of [-1, 4] s.
    assert first["emotion"] == "neu"
    assert first["p_neu"] == pytest.approx(0.8)
    assert np.isnan(first["p_neu_around"])
    # All other clips of the recording: 1 s of 0.4, then of channel 2 1 s of 0.1, 2 s of 0.7, 2 s of 1.0.
    assert first["p_neu_recording"] == pytest.approx((0.4 + 0.1 + 2 * 0.7 + 2 * 1.0) / 6)
    assert first["p_ang_recording"] == pytest.approx((0.6 + 0.9 + 2 * 0.3) / 6)
    assert first["p_neu_speaker"] == pytest.approx(0.4)
    # Around the word of channel 2 that ends at 3 s: the clip after it.
    assert (second["emotion"], second["p_ang"]) == ("ang", pytest.approx(0.9))
    assert second["p_ang_around"] == pytest.approx(0.3)
    assert second["p_neu_speaker"] == pytest.approx((2 * 0.7 + 2 * 1.0) / 4)
    # 3 s of the phrase lie in the first clip, 0.3 s in the second: weighted by that.
    assert both["p_neu"] == pytest.approx((3 * 0.8 + 0.3 * 0.4) / 3.3)
    assert np.isnan(both["p_neu_speaker"])  # nothing else is said on that channel


def test_dimensions_in_and_around_against_the_rest(tmp_path: Path) -> None:
    """On a scale that goes below 0, too: no number is taken for a probability."""
    clips = [
        dimensions(CALL, 1, 1000, 4000, 0.5, 0.25, -0.5),
        dimensions(CALL, 1, 4000, 5000, 0.75, 0.5, 1.25),
        dimensions(CALL, 2, 2000, 3000, 0.25, 0.25, -1.0),
        dimensions(CALL, 2, 3000, 5000, 1.0, 0.75, -0.75),
    ]
    write_corpus(tmp_path, {**example(), "dimensions": clips})
    with open_corpus(tmp_path) as corpus:
        found = find_mentions(corpus, ["acme", "acme cola"], seconds=2)
        rates = mention_rates(corpus, found, ["acme"])
    first, second, both = found.to_dict("records")
    assert [first[name] for name in DIMENSIONS] == [0.5, 0.25, -0.5]
    assert np.isnan(first["arousal_around"])
    # All other clips of the recording: 1 s, then of channel 2 1 s and 2 s; of the channel 1 s.
    assert first["arousal_recording"] == pytest.approx((0.75 + 0.25 + 2 * 1.0) / 4)
    assert first["valence_recording"] == pytest.approx((1.25 - 1.0 - 2 * 0.75) / 4)
    assert first["valence_speaker"] == pytest.approx(1.25)
    assert (second["valence"], second["valence_around"]) == (-1.0, -0.75)
    assert second["valence_speaker"] == pytest.approx(-0.75)
    # 3 s of the phrase lie in the first clip, 0.3 s in the second: weighted by that.
    assert both["arousal"] == pytest.approx((3 * 0.5 + 0.3 * 0.75) / 3.3)
    assert np.isnan(both["arousal_speaker"])
    assert first["p_neu"] == pytest.approx(0.8)  # beside the emotions
    (rate,) = rates.to_dict("records")
    for name in DIMENSIONS:
        differences = [row[name] - row[f"{name}_recording"] for row in (first, second)]
        assert rate[f"d_{name}"] == pytest.approx(np.mean(differences))
        assert np.isnan(rate[f"d_{name}_low"])


def test_a_corpus_without_dimensions_has_no_columns_of_them(corpus: Corpus) -> None:
    found = find_mentions(corpus, ["acme"])
    assert not [name for name in found.columns if name.startswith(DIMENSIONS)]
    assert not [name for name in mention_rates(corpus, found, ["acme"]).columns if name.startswith("d_arousal")]


@pytest.mark.parametrize("beyond", [1.0, 7.0])
def test_differences_of_dimensions_are_means_with_intervals_over_recordings(tmp_path: Path, beyond: float) -> None:
    """Of a scale of 1 to 7, too, where a difference of probabilities would be cut to 1."""
    keys = [f"{i:032x}" for i in range(8)]
    here = [(beyond * (i % 3) / 2, 0.5, 0.25) for i in range(8)]
    rows = {
        **many(8),
        "dimensions": [
            clip
            for key, values in zip(keys, here, strict=True)
            for clip in (dimensions(key, 0, 0, 1000, *values), dimensions(key, 0, 5000, 6000, -beyond, 0.5, 0.5))
        ],
    }
    write_corpus(tmp_path, rows)
    with open_corpus(tmp_path) as corpus:
        (rate,) = mention_rates(corpus, find_mentions(corpus, ["acme"]), ["acme"]).to_dict("records")
    said = np.array([1 + i % 3 for i in range(8)], float)
    differences = np.array([values[0] + beyond for values in here])
    assert rate["d_arousal"] == pytest.approx((differences * said).sum() / said.sum())
    low, high = ratio_interval(differences * said, said, "mean")
    assert (rate["d_arousal_low"], rate["d_arousal_high"]) == (pytest.approx(low), pytest.approx(high))
    assert rate["d_arousal_high"] > beyond
    assert rate["d_valence"] == pytest.approx(-0.25)


def test_sounds_behind_it_are_no_speech(corpus: Corpus) -> None:
    found = find_mentions(corpus, ["acme", "is"])
    heard = [[(tag["label"], round(tag["probability"], 3)) for tag in tags] for tags in found["sounds"]]
    assert heard == [[("Music", 0.3)], [], [("Music", 0.9)]]  # channel 2 has no sounds; "is" lies in two windows


def test_the_speaker_is_named_in_the_metadata_and_spans_recordings(tmp_path: Path) -> None:
    rows = {
        "recordings": [
            recording(key, f"/{key[0]}.wav", name) for key, name in ((CALL, "ana"), (STREET, "ana"), (OTHER, None))
        ],
        "transcripts": [transcript(key, 0, [("acme", 0, 500, 0.9)]) for key in (CALL, STREET, OTHER)],
        "emotions": [
            emotion(CALL, 0, 0, 1000, neu=0.8, ang=0.2),
            emotion(STREET, 0, 0, 3000, neu=0.2, ang=0.8),
            emotion(STREET, 0, 3000, 4000, neu=0.6, ang=0.4),
            emotion(OTHER, 0, 0, 1000, neu=1.0),
        ],
    }
    snapshot = write_corpus(tmp_path, rows)
    table = pa.parquet.read_table(snapshot / "recordings" / "0.parquet")
    table = table.rename_columns([{"region": "speaker"}.get(name, name) for name in table.column_names])
    pa.parquet.write_table(table, snapshot / "recordings" / "0.parquet")
    found = find_mentions(open_corpus(tmp_path), ["acme"]).to_dict("records")
    assert [(row["speaker"], row["speaker_from"]) for row in found[:2]] == [("ana", "metadata")] * 2
    assert found[0]["p_neu_speaker"] == pytest.approx((3 * 0.2 + 0.6) / 4)
    assert np.isnan(found[0]["p_neu_recording"])  # there is no other clip
    assert found[1]["p_neu_speaker"] == pytest.approx((0.8 + 0.6) / 2)
    assert pd.isna(found[2]["speaker"])
    assert pd.isna(found[2]["p_neu_speaker"])


def test_labels_of_voices_come_first() -> None:
    import duckdb

    columns = {"recordings": ["recording_id", "speaker"], "speaker_labels": []}
    with duckdb.connect() as duck:
        duck.execute("CREATE TABLE recordings AS SELECT 'r' AS recording_id, 'ana' AS speaker")
        duck.execute("""CREATE TABLE speaker_labels AS SELECT * FROM (VALUES
            ('r', 0, 0, 1000, 'A', NULL), ('r', 0, 1000, 2000, 'B', 'S1'), ('r', 1, 0, 9000, NULL, NULL))
            AS t(recording_id, channel, start_ms, end_ms, recording_speaker, corpus_speaker)""")
        duck.execute("""CREATE TABLE asked AS SELECT * FROM (VALUES
            (0, 'r', 0, 800, 1100), (1, 'r', 0, 900, 1200), (2, 'r', 0, 5000, 5100), (3, 'r', 1, 0, 100),
            (4, 's', 0, 0, 9))
            AS t(n, recording_id, channel, start_ms, end_ms)""")
        rows = duck.execute(f"SELECT n, speaker, speaker_from, voice FROM ({voices_sql(columns, 'asked')}) ORDER BY n")
        assert rows.fetchall() == [
            (0, "A", "label", "label/r/A"),
            (1, "S1", "label", "label//S1"),
            (2, "ana", "metadata", "metadata/ana"),
            (3, "channel 1", "channel", "channel/r/1"),
            (4, None, None, None),
        ]


def test_rates_by_group(corpus: Corpus) -> None:
    found = find_mentions(corpus, ["acme", "five"])
    rates = mention_rates(corpus, found, ["acme", "five"], ["region"]).set_index(["phrase", "group"])
    north = rates.loc[("acme", "north")]
    hours = 20_000 / 3.6e6
    assert north[["mentions", "fuzzy", "recordings_with", "recordings", "words"]].tolist() == [2, 0, 1, 1, 4]
    assert north["per_hour"] == pytest.approx(2 / hours)
    assert north["per_1000_words"] == pytest.approx(500)
    assert north["d_neu"] == pytest.approx(found["p_neu"][:2].mean() - found["p_neu_recording"][:2].mean())
    none = rates.loc[("five", "(none)")]
    assert none[["mentions", "recordings_with", "recordings"]].tolist() == [1, 1, 2]
    assert none["per_hour"] == pytest.approx(1 / (2 * hours))
    assert rates["small"].all()
    assert rates[[name for name in rates if name.endswith(("_low", "_high"))]].isna().to_numpy().all()
    assert rates.loc[("five", "north"), "per_hour"] == 0


def many(n: int) -> dict[str, Any]:
    keys = [f"{i:032x}" for i in range(n)]
    return {
        "recordings": [recording(key, f"/{key}.wav", "north") for key in keys],
        "transcripts": [transcript(key, 0, [("acme", 0, 9, 0.9)] * (1 + i % 3)) for i, key in enumerate(keys)],
    }


def test_intervals_are_of_the_recordings(tmp_path: Path) -> None:
    write_corpus(tmp_path, many(6))
    corpus = open_corpus(tmp_path)
    found = find_mentions(corpus, ["acme"])
    rates = mention_rates(corpus, found, ["acme", "never"], ["region"]).set_index("phrase")
    row, never = rates.loc["acme"], rates.loc["never"]
    hours = 20 / 3600
    low, high = ratio_interval(np.array([1, 2, 3, 1, 2, 3]), np.full(6, hours), "count")
    assert not row["small"]
    assert row["per_hour"] == pytest.approx(12 / (6 * hours))
    assert (row["per_hour_low"], row["per_hour_high"]) == pytest.approx((low, high))
    assert "d_neu" not in rates
    # No mention at all: none is expected to be found where 3.7 are, with 2.5 %.
    assert (never["per_hour"], never["per_hour_low"]) == (0, 0)
    assert never["per_hour_high"] == pytest.approx(3.689 / (6 * hours), rel=1e-3)


def test_of_a_group_without_mentions_the_bound_is_that_of_recordings_with_as_many_as_elsewhere(tmp_path: Path) -> None:
    rows = many(12)
    for i, one in enumerate(rows["recordings"]):
        one["region"] = "north" if i < 6 else "south"
    rows["transcripts"] = rows["transcripts"][:6]
    write_corpus(tmp_path, rows)
    corpus = open_corpus(tmp_path)
    found = find_mentions(corpus, ["acme"])
    south = mention_rates(corpus, found, ["acme"], ["region"]).set_index("group").loc["south"]
    assert south["per_hour"] == south["per_hour_low"] == 0
    assert south["per_hour_high"] == pytest.approx(2 * 3.689 / (6 * 20 / 3600), rel=1e-3)


def test_what_was_left_out_is_empty(tmp_path: Path) -> None:
    rows = {name: those for name, those in example().items() if name not in ("emotions", "sounds")}
    write_corpus(tmp_path, rows)
    found = find_mentions(open_corpus(tmp_path), ["acme"])
    assert len(found) == 2
    assert found[["emotion", "sounds"]].isna().to_numpy().all()


def test_a_corpus_in_which_nothing_was_said(tmp_path: Path) -> None:
    write_corpus(tmp_path, {**example(), "transcripts": [], "emotions": [], "sounds": []})
    corpus = open_corpus(tmp_path)
    found = find_mentions(corpus, ["acme"], fuzzy=True)
    assert found.empty
    assert mention_rates(corpus, found, ["acme"], ["region"])["mentions"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("words", "how", "told"),
    [
        ([], {}, "say which phrase to look for"),
        (["!"], {}, "the phrase '!' holds no letter or digit"),
        (["acme"], {"around": -1}, "--around -1: expected 0 words or more"),
        (["acme"], {"seconds": float("nan")}, "--seconds nan: expected 0 to 3600"),
        (["acme"], {"distance": 1}, "--distance goes with --fuzzy"),
    ],
)
def test_what_cannot_be_asked(corpus: Corpus, words: list[str], how: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        find_mentions(corpus, words, **how)


def test_without_transcripts(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"recordings": example()["recordings"], "sounds": [sound(CALL, 1, 0, 9, Rain=1.0)]})
    with pytest.raises(UsageError, match=r"'transcripts' was left out of this corpus: run again"):
        find_mentions(open_corpus(tmp_path), ["acme"])
