"""The mix keeps every voice, and where the mean does, it is the mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import soundfile
import soxr

from tests.transforms.signals import DEMO
from transforms.audio.channels import mix
from transforms.audio.downmix import Downmix
from transforms.audio.speech import RATE, SpeechDetector

SECONDS = 30
SAID = SECONDS * RATE


def read(name: str) -> np.ndarray:
    samples, rate = soundfile.read(DEMO / name, dtype="float32", always_2d=True)
    return soxr.resample(samples[:, 0], rate, RATE)


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """One talker, without what the recorder added."""
    said = read("interviews/taste.mp3")
    return np.ascontiguousarray(np.tile(said, -(-SAID // len(said)))[:SAID])


@pytest.fixture(scope="module")
def other() -> np.ndarray:
    said = read("interviews/support_call.flac")
    return np.ascontiguousarray(np.tile(said, -(-SAID // len(said)))[:SAID])


@pytest.fixture(scope="module")
def detector() -> SpeechDetector:
    return SpeechDetector()


def noise(dbfs: float, seed: int = 0, samples: int = SAID) -> np.ndarray:
    return (10 ** (dbfs / 20) * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def late(samples: np.ndarray, ms: float) -> np.ndarray:
    frames = round(ms * RATE / 1000)
    return np.concatenate([np.zeros(frames, np.float32), samples])[: len(samples)]


def time_code(dbfs: float = -12, samples: int = SAID) -> np.ndarray:
    """Biphase mark, 80 bits a frame, 25 frames a second, as SMPTE 12M has it."""
    bits = np.random.default_rng(1).integers(0, 2, samples * 2000 // RATE + 1)
    turns = np.stack([np.ones_like(bits), bits], axis=1).ravel()
    level = np.cumprod(1 - 2 * turns)[np.arange(samples) * 4000 // RATE]
    return (10 ** (dbfs / 20) * level).astype(np.float32)


def music(dbfs: float = -6, samples: int = SAID) -> np.ndarray:
    """Broken chords."""
    t = np.arange(samples) / RATE
    root = 110 * 2 ** (np.random.default_rng(2).integers(0, 12, samples * 2 // RATE + 1) / 12)
    pitch = np.cumsum(root[np.arange(samples) * 2 // RATE]) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * ratio) / ratio for ratio in (1, 1.25, 1.5, 2, 3, 4))
    return (10 ** (dbfs / 20) * chord / np.abs(chord).max() * np.exp(-3 * (t * 2 % 1))).astype(np.float32)


def rumble(samples: int = SAID) -> np.ndarray:
    t = np.arange(samples) / RATE
    return (0.5 * np.sin(2 * np.pi * 38 * t) * (1 + 0.3 * np.sin(3 * t))).astype(np.float32)


def downmixed(
    detector: SpeechDetector,
    *channels: np.ndarray,
    mix: str = "auto",
    layout: tuple[str, ...] = (),
    block: int = 65_536,
) -> tuple[np.ndarray, Downmix]:
    samples = np.stack(channels, axis=1)
    downmix = Downmix(RATE, len(channels), layout, mix, detector.another)
    parts = [m for at in range(0, len(samples), block) for m in downmix.push(samples[at : at + block])]
    mixed = np.concatenate([*parts, *downmix.finish()])
    assert mixed.shape == (len(samples),)
    return mixed, downmix


def alike(mixed: np.ndarray, voice: np.ndarray) -> float:
    """Correlation with a voice as it was spoken, whichever its polarity and delay within 25 ms."""
    size = 2 * len(voice)
    cross = np.fft.irfft(np.fft.rfft(mixed, size) * np.fft.rfft(voice, size).conj(), size)
    near = np.abs(np.concatenate([cross[-400:], cross[:401]])).max()
    return float(near / np.sqrt(np.square(mixed).sum() * np.square(voice).sum() + 1e-12))


Made = Callable[[np.ndarray], tuple[np.ndarray, ...]]

EITHER = ("channel 1 or 2",)

KINDS: dict[str, tuple[Made, tuple[str, ...]]] = {
    "inverted": (lambda v: (v, -v), ("channel 2 turned",)),
    "inverted, noisy": (lambda v: (v + noise(-50), -v + noise(-50, 1)), ("channel 2 turned",)),
    "inverted, quieter": (lambda v: (v, -0.6 * v + noise(-70)), ("channel 2 turned",)),
    "1 ms late": (lambda v: (v, 0.9 * late(v, 1)), EITHER),
    "5 ms late": (lambda v: (0.9 * late(v, 5), v), EITHER),
    "20 ms late and inverted": (lambda v: (v, -0.9 * late(v, 20)), EITHER),
    "time code": (lambda v: (v + noise(-70), time_code()), ("channel 1",)),
    "time code on the left": (lambda v: (time_code() + 0.02 * v, v + 0.02 * time_code()), ("channel 2",)),
    "white noise": (lambda v: (v, noise(-14)), ("channel 1",)),
    "music": (lambda v: (music(), v), ("channel 2",)),
    "dead": (lambda v: (np.zeros_like(v), v), ("channel 2",)),
    "dead but for its hiss": (lambda v: (v, noise(-90)), ("channel 1",)),
    "rumble on a fourth of six": (
        lambda v: (noise(-60), noise(-60, 1), v, rumble(), noise(-60, 2), noise(-60, 3)),
        ("channel 3",),
    ),
    "ambisonics from behind": (lambda v: (v, noise(-60), noise(-60, 1), -v), ("channel 1",)),
    "three that cancel": (lambda v: (v, -0.5 * v, -0.5 * v + noise(-80)), ("channel 1",)),
    "four that cancel": (lambda v: (v, -v + noise(-80), v, -v), ("channel 1",)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_voice_that_the_mean_loses_is_kept(kind: str, voice: np.ndarray, detector: SpeechDetector) -> None:
    made, words = KINDS[kind]
    channels = made(voice)
    mixed, downmix = downmixed(detector, *channels)
    assert downmix.words == words or (words == EITHER and downmix.words in (("channel 1",), ("channel 2",)))
    assert downmix.is_mended
    assert alike(mixed, voice) > 0.98
    plain = mix(np.stack(channels, axis=1))
    assert alike(plain, voice) < 0.98 or np.abs(plain).max() < 0.6 * np.abs(mixed).max()


def test_copies_of_like_level_are_the_very_mean(voice: np.ndarray) -> None:
    def nobody() -> SpeechDetector:
        raise AssertionError("copies are not listened to")

    samples = np.stack([voice, 0.8 * voice + 0.02], axis=1)  # an offset of its own makes no difference
    downmix = Downmix(RATE, 2, (), "auto", nobody)
    mixed = np.concatenate([*downmix.push(samples), *downmix.finish()])
    np.testing.assert_array_equal(mixed, mix(samples))
    assert downmix.words == ("mean",)
    assert not downmix.is_mended


def test_two_parties_both_stay(voice: np.ndarray, other: np.ndarray, detector: SpeechDetector) -> None:
    """By turns and at once: the mean, to the bit."""
    turns = np.repeat(np.arange(SECONDS) // 4 % 3, RATE)
    first, second = voice * (turns != 1) + noise(-65), other * (turns != 0) + noise(-65, 1)
    mixed, downmix = downmixed(detector, first, second)
    np.testing.assert_array_equal(mixed, mix(np.stack([first, second], axis=1)))
    assert downmix.words == ("mean",)


def test_a_voice_that_comes_after_two_minutes_is_heard(voice: np.ndarray, detector: SpeechDetector) -> None:
    before = 120 * RATE
    long = before + SAID
    second = np.concatenate([np.zeros(before, np.float32), voice]) + noise(-70, 1, long)
    for first, words in (
        (time_code(samples=long), "channel 2"),
        (np.concatenate([np.tile(voice, 4), np.zeros(SAID, np.float32)]), "mean"),
    ):
        mixed, downmix = downmixed(detector, first, second)
        assert downmix.words[-1] == words
        assert alike(mixed[before:], voice) > 0.98


def test_a_voice_that_changes_its_channel_is_followed(voice: np.ndarray, detector: SpeechDetector) -> None:
    """Each channel is loud noise where the other has the voice."""
    half = np.arange(SAID) < SAID // 2
    first, second = np.where(half, voice, noise(-20)), np.where(half, noise(-20, 1), voice)
    mixed, downmix = downmixed(detector, first, second)
    assert (downmix.words[0], downmix.words[-1]) == ("channel 1", "channel 2")
    for part in (slice(SAID // 2 - RATE), slice(SAID // 2 + RATE, None)):
        assert alike(mixed[part], voice[part]) > 0.98


@pytest.mark.parametrize("block", [999, 1 << 20])
def test_the_cutting_into_blocks_changes_nothing(voice: np.ndarray, detector: SpeechDetector, block: int) -> None:
    channels = (voice + noise(-60), np.where(np.arange(SAID) < SAID // 2, voice, time_code()))
    expected, downmix = downmixed(detector, *channels)
    found, other = downmixed(detector, *channels, block=block)
    np.testing.assert_array_equal(found, expected)
    assert other.words == downmix.words == ("mean", "channel 1")


@pytest.mark.parametrize("length", [1, 500, 17_000, 170_000])
def test_short_recordings_come_out_whole(length: int, voice: np.ndarray, detector: SpeechDetector) -> None:
    downmixed(detector, voice[:length], -voice[:length])
    downmixed(detector, np.zeros(length, np.float32), np.zeros(length, np.float32))


def test_what_the_layout_tells(voice: np.ndarray, detector: SpeechDetector) -> None:
    surround = ("FL", "FR", "FC", "LFE", "BL", "BR")
    all_of_it = (voice, voice, voice, rumble(), voice, voice)
    mixed, downmix = downmixed(detector, *all_of_it, layout=surround)
    assert downmix.words == ("without LFE",)
    np.testing.assert_allclose(mixed, voice, atol=1e-6)
    mixed, downmix = downmixed(detector, voice, -voice, noise(-20), noise(-20), layout=("W", "X", "Y", "Z"))
    assert downmix.words == ("W",)
    np.testing.assert_array_equal(mixed, voice)


def test_a_voice_on_a_channel_that_is_called_lfe_is_no_rumble(voice: np.ndarray, detector: SpeechDetector) -> None:
    """Recorders of six microphones are written as 5.1 by programs that know no other six."""
    quiet = [noise(-70, seed) for seed in range(5)]
    layout = ("FL", "FR", "FC", "LFE", "BL", "BR")
    mixed, _ = downmixed(detector, *quiet[:3], voice, *quiet[3:], layout=layout)
    assert alike(mixed, voice) > 0.98


def test_what_a_person_says_is_done(voice: np.ndarray, other: np.ndarray, detector: SpeechDetector) -> None:
    samples = np.stack([voice, -voice, other], axis=1)
    for said, expected, words in (
        ("mean", mix(samples), "mean"),
        ("3", other, "channel 3"),
        ("1+3", (voice + other) / 2, "channels 1+3"),
    ):
        mixed, downmix = downmixed(detector, voice, -voice, other, mix=said)
        np.testing.assert_allclose(mixed, expected, atol=1e-6)
        assert downmix.words == (words,)
        assert not downmix.is_mended
    _, downmix = downmixed(detector, voice, -voice, mix="3")
    assert downmix.words == ("channel 2 turned",)  # it has no third channel


def test_one_channel_passes() -> None:
    samples = np.ones((5, 1), np.float32)
    downmix = Downmix(RATE, 1, (), "auto", SpeechDetector)
    np.testing.assert_array_equal(np.concatenate(list(downmix.push(samples))), samples[:, 0])
    assert downmix.words == ("mono",)
