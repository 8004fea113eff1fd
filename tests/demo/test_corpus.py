"""The shipped demo corpus is what its truth says; none of this needs a synthesiser of speech."""

from __future__ import annotations

import csv
import dataclasses
import filecmp
import re
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf
import soxr
import torch
from silero_vad import get_speech_timestamps, load_silero_vad

from demo import corpus
from demo.train.data.sentences import vocabulary

FOLDER = corpus.FOLDER
M3 = "espeak-ng/en-us+m3"
FFMPEG_ONLY = {".m4a", ".mp4"}
EDGE_MS = 30
"""A lossy codec spreads a sound a little beyond its ends."""


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


TRUTH = rows("truth.csv")
WHOLE = sorted({row["file"] for row in TRUTH})
BROKEN = ["broken/breaks_off.flac", "broken/garbage.wav", "broken/notes.mp3"]


@cache
def read(file: str) -> tuple[np.ndarray, int]:
    """float32 [n, channels] and the rate in Hz."""
    path = FOLDER / file
    if path.suffix not in FFMPEG_ONLY:
        return sf.read(path, dtype="float32", always_2d=True)
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(blocks, axis=1).T, container.streams.audio[0].rate


def piece(row: dict[str, str], edge_ms: int = 0) -> np.ndarray:
    """The samples of a row of the truth, float32 [n, channels it is on]."""
    samples, rate = read(row["file"])
    start = (int(row["start_ms"]) + edge_ms) * rate // 1000
    end = (int(row["end_ms"]) - edge_ms) * rate // 1000
    channel = int(row["channel"])
    return samples[start:end, channel - 1 : channel] if channel else samples[start:end]


def dbfs(samples: np.ndarray) -> float:
    return 20 * float(np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-9))


def of_kind(kind: str) -> list[dict[str, str]]:
    chosen = [row for row in TRUTH if row["kind"] == kind]
    assert chosen
    return chosen


WORDS = of_kind("word")


def words_of(sentence: dict[str, str]) -> list[dict[str, str]]:
    """The words of a row of speech: the rows of kind word that begin within it, in their order."""
    return [
        row
        for row in WORDS
        if (row["file"], row["channel"], row["voice"]) == (sentence["file"], sentence["channel"], sentence["voice"])
        and int(sentence["start_ms"]) <= int(row["start_ms"]) < int(sentence["end_ms"])
    ]


@pytest.mark.slow
def test_size_and_minutes() -> None:
    minutes = sum(len(samples) / rate for samples, rate in map(read, WHOLE)) / 60
    assert 9 <= minutes <= 11
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 5e6


def test_every_recording_has_its_truth() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.suffix != ".csv"}
    assert {file for file in there if (FOLDER / file).is_file()} == {*WHOLE, *BROKEN}


@pytest.mark.parametrize("file", WHOLE)
def test_rows_lie_inside_their_recording(file: str) -> None:
    samples, rate = read(file)
    ours = [row for row in TRUTH if row["file"] == file]
    for row in ours:
        assert 0 <= int(row["start_ms"]) < int(row["end_ms"]) <= 1000 * len(samples) / rate
        assert 0 <= int(row["channel"]) <= samples.shape[1]
    assert max(int(row["end_ms"]) for row in ours) > 1000 * len(samples) / rate - 400


@pytest.mark.parametrize("file", WHOLE)
def test_nothing_clips(file: str) -> None:
    assert np.abs(read(file)[0]).max() < 0.95


def test_speech_is_about_20_db_under_full_scale() -> None:
    for row in of_kind("speech"):
        assert -27 < dbfs(piece(row)) < -16, row
    assert -22 < np.median([dbfs(piece(row)) for row in of_kind("speech")]) < -18


def test_sounds_and_music_are_heard() -> None:
    for row in of_kind("sound") + of_kind("music"):
        assert -30 < dbfs(piece(row)) < -15, row


def test_silence_is_silent() -> None:
    for row in of_kind("silence"):
        assert dbfs(piece(row, EDGE_MS)) < -55, row


def test_silero_vad_finds_the_speech() -> None:
    """At least 95 % of the rows of speech are speech for most of their length, and no sound is."""
    model = load_silero_vad()
    found: dict[str, list[bool]] = {"speech": [], "sound": []}
    for file in WHOLE:
        samples, rate = read(file)
        for channel in range(samples.shape[1]):
            heard = soxr.resample(samples[:, channel], rate, 16000)
            spans = get_speech_timestamps(torch.from_numpy(heard), model, sampling_rate=16000)
            speech = np.zeros(len(heard), bool)
            for span in spans:
                speech[span["start"] : span["end"]] = True
            for row in TRUTH:
                if row["file"] == file and row["kind"] in found and int(row["channel"]) in (0, channel + 1):
                    share = speech[int(row["start_ms"]) * 16 : int(row["end_ms"]) * 16].mean()
                    found[row["kind"]].append(bool(share > 0.5))
    assert np.mean(found["speech"]) >= 0.95
    assert not any(found["sound"])


@pytest.mark.parametrize(
    ("file", "rate", "channels", "container", "codec"),
    [
        ("interviews/taste.mp3", 44100, 1, "mp3", "mp3"),
        ("interviews/support_call.flac", 16000, 2, "flac", "flac"),
        ("interviews/factory.opus", 48000, 1, "ogg", "opus"),
        ("interviews/street.mp4", 44100, 1, "mov,mp4,m4a,3gp,3g2,mj2", "aac"),
        ("radio/phone_in.mp3", 22050, 1, "mp3", "mp3"),
        ("radio/spot.m4a", 44100, 2, "mov,mp4,m4a,3gp,3g2,mj2", "aac"),
        ("survey/answer_007.opus", 48000, 1, "ogg", "opus"),
        ("survey/answer_012.mp3", 32000, 1, "mp3", "mp3"),
        ("survey/answer_031.ogg", 22050, 1, "ogg", "vorbis"),
        ("survey/answer_045.m4a", 44100, 1, "mov,mp4,m4a,3gp,3g2,mj2", "aac"),
        ("scenes/sounds.ogg", 44100, 1, "ogg", "vorbis"),
        ("digits/code_007.wav", 8000, 1, "wav", "pcm_s16le"),
        ("digits/code_012.wav", 16000, 1, "wav", "pcm_s16le"),
        ("signals/tones.wav", 44100, 1, "wav", "pcm_s16le"),
    ],
)
def test_formats(file: str, rate: int, channels: int, container: str, codec: str) -> None:
    with av.open(str(FOLDER / file)) as opened:
        audio = opened.streams.audio[0]
        assert (audio.rate, audio.channels, opened.format.name) == (rate, channels, container)
        assert audio.codec.canonical_name == codec
        assert bool(opened.streams.video) == file.endswith(".mp4")


def test_lengths() -> None:
    seconds = {file: len(read(file)[0]) / read(file)[1] for file in WHOLE}
    assert seconds["interviews/factory.opus"] > 180
    assert seconds["interviews/taste.mp3"] > 110
    assert seconds["signals/yes.wav"] == pytest.approx(0.2)
    assert not read("signals/silence.flac")[0].any()


def test_the_brand_is_named_in_every_mood() -> None:
    naming = [row for row in of_kind("speech") if "Acme Cola" in row["text_or_label"]]
    assert {row["mood"] for row in naming} == {"neutral", "happy", "angry", "sad"}
    phone_in = [row for row in naming if row["file"] == "radio/phone_in.mp3"]
    assert {row["mood"] for row in phone_in} == {"neutral", "happy", "angry", "sad"}
    assert len({row["voice"] for row in phone_in}) >= 6


def test_each_sentence_has_its_words() -> None:
    """In their order, one after another, from its first 30 ms on; none goes beyond it."""
    left = list(WORDS)
    for row in of_kind("speech"):
        words = words_of(row)
        assert [word["text_or_label"] for word in words] == re.findall(r"[a-z']+", row["text_or_label"].lower())
        assert 0 <= int(words[0]["start_ms"]) - int(row["start_ms"]) <= 30, row
        # What follows the last word is the echo of a voice, or its breath.
        assert -1 <= int(row["end_ms"]) - int(words[-1]["end_ms"]) <= 170, row
        for word in words:
            assert int(word["start_ms"]) < int(word["end_ms"])
            assert word["mood"] == row["mood"]
            left.remove(word)
        assert all(int(one["end_ms"]) <= int(other["start_ms"]) for one, other in pairwise(words))
    assert not left


def test_the_words_are_those_that_the_models_learn() -> None:
    assert {row["text_or_label"] for row in WORDS} <= set(vocabulary())


def test_words_are_as_long_as_words_are() -> None:
    """Neutral ones last 60 to 120 ms a letter on average, and none is out of all proportion."""
    seconds = [(int(row["end_ms"]) - int(row["start_ms"])) / 1000 for row in WORDS]
    letters = [len(row["text_or_label"]) for row in WORDS]
    neutral = [i for i, row in enumerate(WORDS) if row["mood"] == "neutral"]
    assert 0.06 < sum(seconds[i] for i in neutral) / sum(letters[i] for i in neutral) < 0.12
    for row, length, letter in zip(WORDS, seconds, letters, strict=True):
        if row["file"] != "signals/yes.wav":  # cut
            assert max(0.02, 0.015 * letter) < length < 0.6 + 0.1 * letter, row


def test_pauses_lie_between_the_words() -> None:
    """Where words of a sentence stand apart, it is still between them, and the next word begins when its row says."""
    onsets_ms = []
    for row in of_kind("speech"):
        if row["file"] == "radio/spot.m4a":
            continue  # over music
        samples, rate = read(row["file"])
        channel = max(0, int(row["channel"]) - 1)
        for word, following in pairwise(words_of(row)):
            gap = int(word["end_ms"]), int(following["start_ms"])
            if gap[1] - gap[0] < 100:
                continue
            frames = samples[gap[0] * rate // 1000 : int(following["end_ms"]) * rate // 1000, channel]
            hop = rate // 100
            frames = frames[: len(frames) // hop * hop].reshape(-1, hop)
            level = np.sqrt(np.mean(frames**2, axis=1))
            still = level[4 : (gap[1] - gap[0]) // 10 - 2]
            assert 20 * np.log10(np.median(still) / level.max()) < -20, (word, following)
            heard = np.flatnonzero(level[3:] > level.max() * 10 ** (-20 / 20))[0] + 3
            onsets_ms.append(10 * int(heard) - (gap[1] - gap[0]))
    assert len(onsets_ms) > 50
    # Plosives and voiceless fricatives begin softly.
    assert min(onsets_ms) >= -20
    assert np.percentile(onsets_ms, 95) <= 80
    assert abs(np.median(onsets_ms)) <= 15


def test_moods_differ_as_told() -> None:
    """The participant's sad sentences are softer and duller than the neutral ones, the angry ones are sharper."""

    def treble_db(row: dict[str, str]) -> float:
        """What lies over 1500 Hz beside what lies under it."""
        samples, rate = piece(row), read(row["file"])[1]
        power, hz = np.abs(np.fft.rfft(samples[:, 0])) ** 2, np.fft.rfftfreq(len(samples), 1 / rate)
        return 10 * float(np.log10(power[hz >= 1500].sum() / power[hz < 1500].sum()))

    participant = [row for row in of_kind("speech") if (row["file"], row["voice"]) == ("interviews/taste.mp3", M3)]
    said = {mood: [row for row in participant if row["mood"] == mood] for mood in ("neutral", "angry", "sad")}
    level = {mood: np.median([dbfs(piece(row)) for row in told]) for mood, told in said.items()}
    treble = {mood: np.median([treble_db(row) for row in told]) for mood, told in said.items()}
    assert level["sad"] + 2 < level["neutral"]
    assert treble["sad"] + 2 < treble["neutral"] < treble["angry"] - 6


def test_the_parties_of_the_call_are_apart() -> None:
    """While one speaks, the other's channel holds zeros."""
    speech = [row for row in of_kind("speech") if row["file"] == "interviews/support_call.flac"]
    assert {row["channel"] for row in speech} == {"1", "2"}
    for row in speech:
        assert not piece({**row, "channel": str(3 - int(row["channel"]))}).any()


@pytest.mark.parametrize("file", BROKEN)
def test_broken_files_break_in_both_decoders(file: str) -> None:
    with pytest.raises(sf.LibsndfileError):
        sf.read(FOLDER / file)
    with pytest.raises(av.FFmpegError), av.open(str(FOLDER / file)) as container:
        for _ in container.decode(audio=0):
            pass


def test_a_copy_has_the_same_bytes() -> None:
    original, copy = (FOLDER / "digits" / f"{name}.wav" for name in ("code_007", "copy_of_code_007"))
    assert filecmp.cmp(original, copy, shallow=False)


def test_metadata_names_files_that_are_there() -> None:
    metadata = rows("metadata.csv")
    assert list(metadata[0]) == ["file", "speaker", "date", "region", "brand"]
    assert all((FOLDER / row["file"]).is_file() for row in metadata)
    assert "007" in {row["speaker"] for row in metadata}
    assert {row["file"] for row in metadata} < set(WHOLE)


@pytest.mark.slow
def test_the_script_makes_the_same_scene_again(tmp_path: Path) -> None:
    again = [dataclasses.asdict(row) for row in corpus.scenes(tmp_path)]
    assert [{key: str(value) for key, value in row.items()} for row in again] == [
        row for row in TRUTH if row["file"] == "scenes/sounds.ogg"
    ]
    made, _ = sf.read(tmp_path / "sounds.ogg", dtype="float32")
    shipped = read("scenes/sounds.ogg")[0][:, 0]
    assert np.corrcoef(made, shipped)[0, 1] > 0.99


def test_the_script_makes_the_same_broken_files_again(tmp_path: Path) -> None:
    (tmp_path / "digits").mkdir()
    shutil.copyfile(FOLDER / "digits/code_031.flac", tmp_path / "digits/code_031.flac")
    corpus.broken(tmp_path)
    assert filecmp.cmpfiles(FOLDER, tmp_path, BROKEN, shallow=False) == (BROKEN, [], [])
