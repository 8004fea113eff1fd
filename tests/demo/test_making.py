"""The parts that make the demo corpus: sounds, tracks, voices."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from demo.synthesis import SOUNDS, add
from demo.track import Track
from demo.voices import NEUTRAL, Voice, speak, trim


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("rate", [16000, 44100])
def test_sounds_are_finite_and_seeded(name: str, rate: int) -> None:
    first, second = (SOUNDS[name](2 * rate, rate, np.random.default_rng(5)) for _ in range(2))
    assert first.shape == (2 * rate,)
    assert np.isfinite(first).all()
    assert first.std() > 0
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("start", "added"), [(0, [1, 2, 3, 0]), (2, [0, 0, 1, 2]), (4, [0] * 4), (6, [0] * 4)])
def test_what_is_added_ends_where_the_sound_ends(start: int, added: list[int]) -> None:
    out = np.zeros(4)
    add(out, start, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(out, added)


def test_a_track_lays_and_tells() -> None:
    track = Track("x.wav", 1000, channels=2)
    track.rest(0.5)
    track.lay(np.full(200, 0.25, np.float32), "sound", "a", channel=2)
    track.rest(0.1)
    track.lay(np.full(100, 0.5, np.float32), "sound", "b")
    out = track.render()
    assert out.shape == (900, 2)
    np.testing.assert_array_equal(np.flatnonzero(out[:, 0]), np.arange(800, 900))
    np.testing.assert_array_equal(np.flatnonzero(out[:, 1]), [*range(500, 700), *range(800, 900)])
    assert [(row.channel, row.start_ms, row.end_ms, row.kind) for row in track.truth] == [
        (0, 0, 500, "silence"),
        (2, 500, 700, "sound"),
        (1, 500, 700, "silence"),
        (0, 800, 900, "sound"),
    ]


def test_trim_cuts_what_is_not_heard() -> None:
    tone = np.sin(np.arange(8000) * 0.3)
    padded = np.concatenate([np.zeros(1600), tone, np.full(800, 1e-4)])
    np.testing.assert_array_equal(trim(padded, 16000), tone)


@pytest.mark.parametrize(
    ("voice", "semitones", "says"),
    [
        (Voice("espeak-ng", "en-us+nobody"), 0.0, "no variant"),
        (Voice("flite", "nobody"), 0.0, "no voice"),
        (Voice("flite", "rms"), 2.0, "cannot shift the pitch"),
    ],
)
def test_a_voice_that_cannot_say_it_is_refused(voice: Voice, semitones: float, says: str) -> None:
    if shutil.which(voice.engine) is None:
        pytest.skip(f"needs {voice.engine}")
    with pytest.raises(ValueError, match=says):
        speak(voice, dataclasses.replace(NEUTRAL, semitones=semitones), "one", 16000)
