"""Windows, segments and what models say, as rows: against values computed by hand."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from schemas.catalog import TABLES
from schemas.dimensions import Dimensions
from schemas.records import Clip, Place, Scores, Segment, Window
from schemas.transcript import Transcript, Word
from tests.transforms.signals import harmonics
from transforms.features.frames import describe
from transforms.features.prosody import prosody
from transforms.features.spectrograms import log_mel, to_db
from transforms.rows.answers import Answers
from transforms.rows.registry import rows_of
from transforms.rows.sound import embedding_rows, sound_rows
from transforms.rows.speech import dimension_rows, emotion_rows, language_rows, speaker_rows, transcript_rows

ID = "ab" * 16
RUN = "20260101T000000-abcd"


def place(start_ms: int, end_ms: int, channel: int = 0) -> Place:
    return Place("file:///a.wav", ID, channel, start_ms, end_ms)


def window(samples: np.ndarray, start_ms: int = 0) -> Window:
    return Window(place(start_ms, start_ms + len(samples) // 16), {}, np.pad(samples, 512))


def sine(seconds: float, hz: float = 200.0, amplitude: float = 0.5) -> np.ndarray:
    t = np.arange(round(seconds * 16_000)) / 16_000
    return (amplitude * np.sin(2 * np.pi * hz * t)).astype(np.float32)


# The grid


def test_levels_of_windows() -> None:
    loud, soft, silent = sine(1.0), sine(1.0, amplitude=0.0005), np.zeros(16_000, np.float32)
    made = rows_of([window(loud), window(soft, 1000), window(silent, 2000)], ["windows"])
    assert list(made) == ["windows"]
    rows = made["windows"].to_pylist()
    assert [r["window_id"] for r in rows] == [f"{ID}/0/{ms}" for ms in (0, 1000, 2000)]
    assert rows[0]["rms_dbfs"] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=5e-3)
    assert rows[1]["rms_dbfs"] == pytest.approx(20 * np.log10(0.0005 / np.sqrt(2)), abs=5e-3)
    assert rows[2]["rms_dbfs"] is None
    assert [r["silence"] for r in rows] == [False, True, True]


def test_the_level_leaves_out_the_neighbours() -> None:
    quiet = Window(place(0, 1000), {}, np.pad(np.zeros(16_000, np.float32), 512, constant_values=1.0))
    assert rows_of([quiet], ["windows"])["windows"].column("rms_dbfs").to_pylist() == [None]


@pytest.mark.parametrize("n", [1, 160, 16_000, 40_007])
def test_frames_and_spectrograms_of_windows_of_any_length(n: int) -> None:
    samples = np.concatenate([harmonics(np.full(16_000, 200)), np.zeros(24_007, np.float32)])[:n]
    windows = [window(samples), window(sine(0.5), 10_000)]
    made = rows_of(windows, ["frames", "spectrograms"])
    assert list(made) == ["frames", "spectrograms"]
    for row, w in zip(made["frames"].to_pylist(), windows, strict=True):
        expected = describe(w.context, len(w.context) - 1024)
        assert row["hop_ms"] == 10
        assert {len(row[k]) for k in ("rms", "zero_crossing_rate", "spectral_centroid_hz", "f0_hz", "voicing")} == {
            row["n_frames"]
        }
        np.testing.assert_array_equal(np.float32(row["rms"]), expected.rms)
        np.testing.assert_array_equal(np.float32(row["voicing"]), expected.voicing)
        f0 = np.array([np.nan if f is None else f for f in row["f0_hz"]], np.float32)
        np.testing.assert_array_equal(f0, expected.f0_hz)
    for row, w in zip(made["spectrograms"].to_pylist(), windows, strict=True):
        db = to_db(row["data"], row["n_frames"], row["n_mels"], row["db_min"], row["db_max"])
        expected_db = log_mel(w.context, len(w.context) - 1024)
        np.testing.assert_allclose(db, np.clip(expected_db, -100, 20), atol=0.24)
    assert made["frames"].column("n_frames").to_pylist() == made["spectrograms"].column("n_frames").to_pylist()


def test_a_voice_has_a_pitch_and_silence_has_none() -> None:
    row = rows_of(
        [window(np.concatenate([harmonics(np.full(16_000, 200)), np.zeros(16_000, np.float32)]))], ["frames"]
    )["frames"]
    f0 = row.to_pylist()[0]["f0_hz"]
    assert f0[50] == pytest.approx(200, rel=0.01)
    assert f0[-1] is None


@pytest.mark.parametrize("n", [1, 100, 16_000])
def test_waveforms_are_flac_of_the_samples(n: int) -> None:
    samples = (sine(1.0, amplitude=1.2))[-n:]
    row = rows_of([window(samples)], ["waveforms"])["waveforms"].to_pylist()[0]
    found, rate = soundfile.read(io.BytesIO(row["flac"]), dtype="float32")
    assert rate == row["rate_hz"] == 16_000
    np.testing.assert_allclose(found, np.clip(samples, -1, 1), atol=2**-15)


# Models

CLIPS = [Clip(place(1000, 3000), np.zeros(1), 16_000, f"{ID}/0/1000"), Clip(place(3000, 4000), np.zeros(1), 16_000)]
LABELS = ("rain", "wind", "bell")


def test_sound_rows() -> None:
    results = [Scores(LABELS, np.float32([0.25, 0.125, 0.5])), Scores(LABELS, np.float32([0.25, 0.25, 0.125]))]
    rows = sound_rows(TABLES["sounds"], Answers(CLIPS, results, "m", top=2)).to_pylist()
    assert [(r["window_id"], r["label"], r["confidence"], r["model"]) for r in rows] == [
        (f"{ID}/0/1000", "bell", 0.5, "m"),
        (f"{ID}/0/3000", "rain", 0.25, "m"),
    ]
    assert [[(t["label"], t["probability"]) for t in r["tags"]] for r in rows] == [
        [("bell", 0.5), ("rain", 0.25)],
        [("rain", 0.25), ("wind", 0.25)],
    ]
    every = sound_rows(TABLES["sounds"], Answers(CLIPS, results, "m", top=10)).to_pylist()
    assert [len(r["tags"]) for r in every] == [3, 3]


def test_language_rows() -> None:
    labels = ("eng", "cmn", "zho", "nob", "LABEL_4", *(f"q{letter}" for letter in "abcdefgh"))
    results = [Scores(labels, np.float32(p)) for p in ([0.25, 0.125, 0.25, 0.0625, 0.3125, *[0] * 8], [1, *[0] * 12])]
    rows = language_rows(TABLES["languages"], Answers(CLIPS, results, "m")).to_pylist()
    assert [(r["segment_id"], r["language"], r["confidence"]) for r in rows] == [
        (f"{ID}/0/1000", "zh", 0.375),
        (f"{ID}/0/3000", "en", 1.0),
    ]
    assert [tuple(p.values()) for p in rows[0]["probabilities"]][:5] == [
        *[("zh", 0.375), ("LABEL_4", 0.3125), ("en", 0.25), ("no", 0.0625), ("qa", 0)]
    ]
    assert [len(r["probabilities"]) for r in rows] == [10, 10]


def test_emotion_rows() -> None:
    results = [Scores(LABELS, np.float32([0.25, 0.5, 0.25])), Scores(LABELS, np.float32([0.75, 0.125, 0.125]))]
    rows = emotion_rows(TABLES["emotions"], Answers(CLIPS, results, "m")).to_pylist()
    assert [(r["segment_id"], r["start_ms"], r["label"], r["confidence"]) for r in rows] == [
        (f"{ID}/0/1000", 1000, "wind", 0.5),
        (f"{ID}/0/3000", 3000, "rain", 0.75),
    ]
    assert [(p["label"], p["probability"]) for p in rows[0]["probabilities"]] == [
        ("rain", 0.25),
        ("wind", 0.5),
        ("bell", 0.25),
    ]


def test_dimension_rows() -> None:
    results = [Dimensions(0.25, 0.5, -0.125), Dimensions(1.0625, 0.0, 0.75)]  # as they come, beyond 0 and 1 too
    rows = dimension_rows(TABLES["dimensions"], Answers(CLIPS, results, "m")).to_pylist()
    assert [(r["segment_id"], r["start_ms"], r["arousal"], r["dominance"], r["valence"], r["model"]) for r in rows] == [
        (f"{ID}/0/1000", 1000, 0.25, 0.5, -0.125, "m"),
        (f"{ID}/0/3000", 3000, 1.0625, 0.0, 0.75, "m"),
    ]


@pytest.mark.parametrize(
    ("name", "make", "id"), [("embeddings", embedding_rows, "window_id"), ("speakers", speaker_rows, "segment_id")]
)
def test_vector_rows(name: str, make: object, id: str) -> None:
    table = TABLES[name].with_vector("embedding", 2)
    answers = Answers(CLIPS, [np.float32([0.6, 0.8]), np.float32([1, 0])], "m")
    rows = make(table, answers)  # type: ignore[operator]
    assert rows.column("embedding").to_pylist() == [[float(np.float16(0.6)), float(np.float16(0.8))], [1, 0]]
    assert rows.column(id).to_pylist() == [f"{ID}/0/1000", f"{ID}/0/3000"]


def test_transcript_rows() -> None:
    words = (Word("hello", 40, 400, 0.5), Word("you", 1900, 2100, 0.25, "bound"))
    results = [Transcript("hello you", words, 0.375, "en"), Transcript("", (), 0.0, None)]
    rows = transcript_rows(TABLES["transcripts"], Answers(CLIPS, results, "m")).to_pylist()
    assert [(r["text"], r["language"], r["confidence"]) for r in rows] == [("hello you", "en", 0.375), ("", None, 0)]
    assert rows[0]["words"] == [
        {"word": "hello", "start_ms": 1040, "end_ms": 1400, "confidence": 0.5, "end_is": "measured"},
        # The frame of its end reaches beyond the segment.
        {"word": "you", "start_ms": 2900, "end_ms": 3000, "confidence": 0.25, "end_is": "bound"},
    ]
    assert rows[1]["words"] == []
    judged = ("no_speech_probability", "mean_log_probability", "compression_ratio", "doubtful")
    assert [rows[1][name] for name in judged] == [None, None, None, []]


def test_transcript_rows_are_judged_by_what_the_detector_and_the_model_heard() -> None:
    clips = [replace(CLIPS[0], speech_probability=0.3), CLIPS[1]]
    words = (Word("thank", 0, 300, 0.5), Word("you", 300, 600, 0.5))
    one = Transcript("thank you", words, 0.5, "en", no_speech_probability=0.25, mean_log_probability=-1.5)
    rows = transcript_rows(TABLES["transcripts"], Answers(clips, [one, one], "m")).to_pylist()
    assert [row["doubtful"] for row in rows] == [["no_speech", "low_probability"], ["low_probability"]]
    assert [(row["no_speech_probability"], row["mean_log_probability"]) for row in rows] == [(0.25, -1.5)] * 2
    assert rows[0]["compression_ratio"] == pytest.approx(one.compression_ratio)


# Speech


def test_segment_rows() -> None:
    speech = np.float32([0.25, 0.75, 1.0, 0.5])
    segment = Segment(place(320, 448, 1), harmonics(np.full(2048, 200)), speech)
    made = rows_of([segment], ["segments", "prosody"])
    assert made["segments"].to_pylist() == [
        {
            "segment_id": f"{ID}/1/320",
            "recording_id": ID,
            "channel": 1,
            "start_ms": 320,
            "end_ms": 448,
            "speech_probability": 0.625,
            "bleed_of": None,
        }
    ]
    row = made["prosody"].to_pylist()[0]
    expected = prosody(segment.samples, speech)
    for name in TABLES["prosody"].schema.names[5:]:
        assert row[name] == pytest.approx(getattr(expected, name), rel=1e-6), name
    assert row["pause_share"] == 0.25
    assert row["f0_median_hz"] == pytest.approx(200, rel=0.01)
    assert list(rows_of([segment], ["segments"])) == ["segments"]


@pytest.mark.parametrize("n", [1, 200, 512])
def test_the_shortest_segment_has_its_rows(n: int) -> None:
    segment = Segment(place(0, -(-n // 16)), sine(1.0)[:n], np.float32([0.9]))
    made = rows_of([segment], ["segments", "prosody"])
    assert made["prosody"].num_rows == made["segments"].num_rows == 1
