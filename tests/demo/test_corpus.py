"""The shipped demo corpus is what its truth says; none of this needs a synthesiser of speech."""

from __future__ import annotations

import csv
import dataclasses
import filecmp
import shutil
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf
import soxr
import torch
from silero_vad import get_speech_timestamps, load_silero_vad

from demo import corpus

FOLDER = corpus.FOLDER
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


def test_size_and_minutes() -> None:
    minutes = sum(len(samples) / rate for samples, rate in map(read, WHOLE)) / 60
    assert 6 <= minutes <= 10
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 4e6


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
        ("radio/spot.m4a", 44100, 2, "mov,mp4,m4a,3gp,3g2,mj2", "aac"),
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
    moods = {row["mood"] for row in of_kind("speech") if "Acme Cola" in row["text_or_label"]}
    assert moods == {"neutral", "happy", "angry", "sad"}


def test_moods_differ_in_level_as_told() -> None:
    """The participant's angry sentences are louder than the neutral ones, the sad ones softer."""
    level = {
        mood: np.median(
            [
                dbfs(piece(row))
                for row in of_kind("speech")
                if row["file"] == "interviews/taste.mp3" and row["mood"] == mood
            ]
        )
        for mood in ("neutral", "angry", "sad")
    }
    assert level["sad"] + 2 < level["neutral"] < level["angry"] - 1


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
