"""Channels that are kept apart and say the same: copies, and talkers through another's microphone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from schemas.config import SpeechConfig
from schemas.notes import Note
from tests.transforms.audio.test_downmix import SECONDS, late, noise, other, voice
from tests.transforms.listening import Sorted, hear
from transforms.audio.speech import RATE, SpeechDetector
from transforms.listen import Listening

__all__ = ["other", "voice"]

EACH = Listening(None, SpeechConfig(), clip_seconds=5.0, each=True)


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


def heard(path: Path, detector: SpeechDetector, *channels: np.ndarray) -> Sorted:
    soundfile.write(path, np.stack(channels, axis=1), RATE, subtype="FLOAT")
    return hear(path, EACH, detector)


def through_a_room(samples: np.ndarray, ms: float, db: float, seed: int) -> np.ndarray:
    """A direct sound and a tail of 0.3 s, 3 dB below it."""
    length = round(0.3 * RATE)
    tail = np.random.default_rng(seed).standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    tail[:8] = 0
    room = 0.7 * tail / np.sqrt(np.square(tail).sum())
    room[0] = 1
    wet = np.convolve(samples, room)[: len(samples)].astype(np.float32)
    return np.float32(10 ** (db / 20)) * late(wet, ms)


@pytest.mark.parametrize("sign", [1, -1, 0.3])
def test_a_copy_gives_no_second_rows(tmp_path: Path, voice: np.ndarray, detector: SpeechDetector, sign: float) -> None:
    found = heard(tmp_path / "a.wav", detector, voice, np.float32(sign) * voice)
    assert found.segments
    assert {segment.place.channel for segment in [*found.segments, *found.clips]} == {1}
    assert found.heard.mix == "apart, channel 2 copies 1"
    assert Note.SPEECH_TWICE in found.heard.notes


@pytest.mark.parametrize("db", [-10, -20])
def test_what_bleeds_says_whose_it_is(
    tmp_path: Path, voice: np.ndarray, other: np.ndarray, detector: SpeechDetector, db: float
) -> None:
    """By turns of four seconds, a second of pause between them; each is heard through the other's microphone."""
    at = np.arange(SECONDS * RATE) / RATE
    first, second = voice * (at % 10 < 4), other * ((at % 10 >= 5) & (at % 10 < 9))
    one = first + through_a_room(second, 3, db, 1) + noise(-70)
    two = second + through_a_room(first, 5, db, 2) + noise(-70, 1)
    found = heard(tmp_path / "a.wav", detector, one, two)
    own = {1: lambda s: s % 10 < 4.5, 2: lambda s: s % 10 > 4.5}
    for segment in found.segments:
        middle = (segment.place.start_ms + segment.place.end_ms) / 2000
        channel = segment.place.channel
        assert segment.bleed_of == (None if own[channel](middle) else 3 - channel)
    assert {segment.bleed_of for segment in found.segments} == {None, 1, 2}
    bled = {segment.place.id for segment in found.segments if segment.bleed_of is not None}
    assert {clip.parent for clip in found.clips} == {segment.place.id for segment in found.segments} - bled
    assert found.heard.mix == "apart"
    assert Note.SPEECH_TWICE in found.heard.notes


def test_talk_at_once_is_no_bleed(
    tmp_path: Path, voice: np.ndarray, other: np.ndarray, detector: SpeechDetector
) -> None:
    one = voice + through_a_room(other, 3, -12, 1) + noise(-70)
    two = 0.3 * other + 0.3 * through_a_room(voice, 5, -12, 2) + noise(-70, 1)
    found = heard(tmp_path / "a.wav", detector, one, two)
    said = {1: 0, 2: 0}
    for segment in found.segments:
        if segment.bleed_of is None:
            said[segment.place.channel] += segment.place.end_ms - segment.place.start_ms
    alone = heard(tmp_path / "b.wav", detector, voice, 0.3 * np.roll(other, 7 * RATE))
    for channel, ms in said.items():
        spoken = [s.place.end_ms - s.place.start_ms for s in alone.segments if s.place.channel == channel]
        assert ms > 0.8 * sum(spoken)


def test_two_talkers_have_their_own_speech(
    tmp_path: Path, voice: np.ndarray, other: np.ndarray, detector: SpeechDetector
) -> None:
    found = heard(tmp_path / "a.wav", detector, voice + noise(-70), other + noise(-70, 1))
    assert {segment.bleed_of for segment in found.segments} == {None}
    assert Note.SPEECH_TWICE not in found.heard.notes
