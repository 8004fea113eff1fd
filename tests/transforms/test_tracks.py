"""All tracks of a file: each is heard as it is heard alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from schemas.config import SpeechConfig
from schemas.notes import Note
from schemas.reasons import Reason
from tests.transforms.decode.muxing import mux_tracks
from tests.transforms.listening import DEMO, Sorted, recording_of, sort_events
from transforms.audio.bounds import MOST_CHANNELS_APART
from transforms.audio.speech import RATE, SpeechDetector
from transforms.decode.asked import Asked
from transforms.decode.audio import open_audio
from transforms.decode.guard import Decoder
from transforms.listen import Listening, listen

ALL = Listening((16_000,), SpeechConfig(), clip_seconds=3.0, asked=Asked(tracks="all"))


def speech(name: str, seconds: float) -> np.ndarray:
    samples, rate = soundfile.read(DEMO / "interviews" / name, dtype="float32", always_2d=True)
    return soxr.resample(samples, rate, RATE)[: round(seconds * RATE)]


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mono track of 12 s, a stereo one of 8 s, another of 12 s that is shifted."""
    first = speech("taste.mp3", 12)[:, :1]
    two = speech("support_call.flac", 8)
    stereo = np.column_stack([two[:, 0], two[:, -1][::-1]])
    return mux_tracks(tmp_path_factory.mktemp("tracks") / "a.mkv", first, stereo, np.roll(first, RATE, axis=0))


def hear(path: Path, wanted: Listening, detector: SpeechDetector) -> Sorted:
    opened = partial(open_audio, asked=wanted.asked)
    return sort_events(listen(recording_of(path), wanted, detector, opened))


def of_track(wanted: Listening, number: int) -> Listening:
    return replace(wanted, asked=Asked(tracks=str(number)))


def equals(found: Sequence[Any], alone: Sequence[Any], channel: int) -> None:
    """Whether windows, segments or clips are those of a track alone, on their channel."""
    assert len(found) == len(alone)
    for one, other in zip(found, alone, strict=True):
        assert one.place == replace(other.place, channel=channel)
        audio, expected = getattr(one, "audio", None), getattr(other, "audio", None)
        if isinstance(audio, dict):
            np.testing.assert_array_equal(audio[16_000], expected[16_000])
        elif audio is not None:
            np.testing.assert_array_equal(audio, expected)


@pytest.mark.parametrize("each", [False, True])
def test_each_track_is_heard_as_it_is_alone(path: Path, detector: SpeechDetector, each: bool) -> None:
    wanted = replace(ALL, each=each)
    found = hear(path, wanted, detector)
    assert found.problems == []
    channels = {1: [1], 2: [2, 3], 3: [4]} if each else {1: [1], 2: [2], 3: [3]}
    for number, numbers in channels.items():
        alone = hear(path, of_track(wanted, number), detector)
        assert alone.segments
        for at, channel in enumerate(numbers, 1):
            for kind in ("windows", "segments", "clips"):
                mine = [one for one in getattr(found, kind) if one.place.channel == channel]
                theirs = [one for one in getattr(alone, kind) if one.place.channel == (at if each else 0)]
                equals(mine, theirs, channel)
    assert {one.place.channel for one in found.windows} == {one for some in channels.values() for one in some}


def test_what_is_known_of_all_of_them(path: Path, detector: SpeechDetector) -> None:
    heard = hear(path, ALL, detector).heard
    alone = [hear(path, of_track(ALL, number), detector).heard for number in (1, 2, 3)]
    assert (heard.status, heard.all_tracks, heard.duration_ms) == ("complete", True, 12_000)
    assert heard.format is not None
    assert heard.format.channels == 4
    assert heard.loudness_lufs == max(one.loudness_lufs or -99 for one in alone)
    assert heard.peak_dbfs == max(one.peak_dbfs or -99 for one in alone)
    spoken = sum((one.speech_share or 0) * one.duration_ms for one in alone)
    assert heard.speech_share == pytest.approx(spoken / sum(one.duration_ms for one in alone))
    assert heard.notes == ()
    assert Note.TRACKS_NOT_HEARD in alone[0].notes


def test_a_file_with_one_track_stays_as_it_is(tmp_path: Path, detector: SpeechDetector) -> None:
    one = mux_tracks(tmp_path / "one.mkv", speech("taste.mp3", 4)[:, :1])
    found = hear(one, ALL, detector)
    assert {window.place.channel for window in found.windows} == {0}
    assert not found.heard.all_tracks


def test_the_decoder_beside_gives_the_same(path: Path, detector: SpeechDetector) -> None:
    decoder = Decoder(ALL.asked)
    beside = sort_events(listen(recording_of(path), ALL, detector, decoder.open))
    decoder.close()
    here = hear(path, ALL, detector)
    assert [one.place for one in beside.windows] == [one.place for one in here.windows]
    assert [one.place for one in beside.segments] == [one.place for one in here.segments]
    assert beside.heard.peak_dbfs == here.heard.peak_dbfs


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_track_that_cannot_be_decoded_costs_its_own_rows(
    path: Path, tmp_path: Path, detector: SpeechDetector, broken: int
) -> None:
    damaged = tmp_path / "damaged.mkv"
    content = bytearray(path.read_bytes())
    codecs = [at for at in range(len(content)) if content[at : at + 6] == b"A_FLAC"]
    assert len(codecs) == 3
    content[codecs[broken - 1] : codecs[broken - 1] + 6] = b"A_FLOC"
    damaged.write_bytes(content)
    found = hear(damaged, ALL, detector)
    assert {one.place.channel for one in found.windows} == {1, 2, 3} - {broken}
    assert [problem.reason for problem in found.problems] == [Reason.UNDECODABLE]
    assert found.problems[0].message.startswith(f"track {broken}: ")
    assert found.heard.status == "partial"


def test_more_channels_than_can_be_kept_apart(
    path: Path, detector: SpeechDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_CHANNELS_APART == 128
    monkeypatch.setattr("transforms.ears.MOST_CHANNELS_APART", 3)
    found = hear(path, replace(ALL, each=True), detector)
    assert {one.place.channel for one in found.windows} == {1, 2, 3}
    assert [problem.reason for problem in found.problems] == [Reason.TOO_MANY_CHANNELS]
    assert found.problems[0].message.startswith("track 3: 4 channels")
