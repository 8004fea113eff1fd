"""f0 is librosa's YIN; voicing tells voices from noise."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
import scipy.signal

from tests.transforms.signals import RATE, harmonics
from transforms.features.frames import rms
from transforms.features.framing import frame_count, framed, with_context
from transforms.features.pitch import VOICED_FROM, pitch, voiced

INSIDE = slice(5, -5)
"""The frames that do not reach beyond the ends of a signal."""


def of(samples):
    return pitch(with_context(samples), len(samples))


def test_all_frames_of_voices_are_as_librosa_has_them(spoken):
    for samples in spoken:
        n_frames = frame_count(len(samples))
        theirs = librosa.yin(samples, fmin=65, fmax=500, sr=RATE, frame_length=1024, hop_length=160)
        apart = np.abs(of(samples).f0_hz / theirs[:n_frames] - 1) > 1e-4
        assert apart.mean() < 2e-3  # near ties between two troughs, in unvoiced frames


def test_voiced_frames_of_a_voice_are_mostly_voiced_for_pyin(spoken):
    samples = spoken[3]
    theirs, flag, _ = librosa.pyin(
        samples, fmin=65, fmax=500, sr=RATE, frame_length=1024, hop_length=160, pad_mode="constant"
    )
    ours = of(samples)
    both = (ours.voicing >= VOICED_FROM) & flag[: len(ours.voicing)]
    assert both.sum() > 0.9 * (ours.voicing >= VOICED_FROM).sum()
    assert both.sum() > 0.6 * flag.sum()
    semitones = 12 * np.abs(np.log2(ours.f0_hz[both] / theirs[: len(both)][both]))
    assert np.mean(semitones > 1) < 0.01


@pytest.mark.parametrize("f0", [67.0, 90.0, 140.0, 220.0, 330.0, 500.0])
def test_a_steady_voice(f0):
    ours = of(harmonics(np.full(RATE, f0)))
    np.testing.assert_allclose(ours.f0_hz[INSIDE], f0, rtol=0.005)
    assert ours.voicing[INSIDE].min() > 0.95


@pytest.mark.parametrize(("start", "end"), [(100.0, 200.0), (300.0, 150.0)])
def test_a_glide(start, end):
    f0 = np.geomspace(start, end, 2 * RATE)
    ours = of(harmonics(f0))
    np.testing.assert_allclose(ours.f0_hz[INSIDE], f0[::160][INSIDE], rtol=0.015)
    assert ours.voicing[INSIDE].min() > VOICED_FROM


def test_noise_and_silence_are_not_voiced():
    noise = 0.1 * np.random.default_rng(0).standard_normal(10 * RATE).astype(np.float32)
    assert of(noise).voicing.max() < 0.35
    assert not of(np.zeros(RATE, np.float32)).voicing.any()


@pytest.mark.parametrize("offset", [0.03, 0.1, 0.9])
@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-4, 1e-2])
def test_an_offset_is_not_voiced(offset, noise):
    signal = offset + noise * np.random.default_rng(0).standard_normal(RATE)
    assert of(signal.astype(np.float32)).voicing[INSIDE].max() < 0.35


def test_an_offset_leaves_a_voice_as_it_is():
    tone = harmonics(np.full(RATE, 150.0)) + 0.02 * np.random.default_rng(0).standard_normal(RATE)
    moved = of((tone + 0.02).astype(np.float32))
    np.testing.assert_allclose(moved.voicing[INSIDE], of(tone.astype(np.float32)).voicing[INSIDE], atol=0.01)
    np.testing.assert_allclose(moved.f0_hz[INSIDE], 150, rtol=0.01)


def test_voicing_by_its_definition():
    noise = 0.05 * np.random.default_rng(0).standard_normal(RATE)
    samples = (harmonics(np.geomspace(70, 400, RATE)) + noise).astype(np.float32)
    ours, frames = of(samples), framed(with_context(samples), RATE).astype(np.float64)
    for i in range(5, 95, 10):
        differences = [np.mean((frames[i, lag:] - frames[i, :-lag]) ** 2) for lag in range(1, 248)]
        near = round(RATE / ours.f0_hz[i])  # the parabola may have moved f0 by up to a lag
        by_hand = [1 - differences[k - 1] / np.mean(differences[:k]) for k in range(near - 1, near + 2) if k < 248]
        assert np.abs(np.clip(by_hand, 0, 1) - ours.voicing[i]).min() < 1e-4


def test_noise_lowers_voicing():
    tone = harmonics(np.full(RATE, 150.0))
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    medians = [np.median(of(tone + level * noise).voicing) for level in (0.0, 0.05, 0.1, 0.2)]
    assert medians == sorted(medians, reverse=True)
    assert medians[0] > 0.95
    assert medians[-1] < VOICED_FROM


def test_ranges():
    for samples in (np.ones(1, np.float32), np.full(161, 1e-3, np.float32), harmonics(np.full(999, 40.0))):
        ours = of(samples)
        assert ours.f0_hz.dtype == ours.voicing.dtype == np.float32
        assert ((ours.f0_hz >= 64) & (ours.f0_hz <= 501)).all()
        assert ((ours.voicing >= 0) & (ours.voicing <= 1)).all()


def test_where_there_is_no_sound_there_is_no_pitch_and_beside_it_the_same():
    voice = harmonics(np.full(RATE, 150.0)).astype(np.float32)
    residue = 1e-7 * np.random.default_rng(0).standard_normal(6 * RATE).astype(np.float32)
    ours, alone = of(np.concatenate([voice, residue, voice])), of(voice)
    silent = slice(104, 697)  # whose 64 ms hold nothing of the voices
    assert np.isnan(ours.f0_hz[silent]).all()
    assert not ours.voicing[silent].any()
    assert not np.isnan(np.delete(ours.f0_hz, np.r_[silent])).any()
    np.testing.assert_allclose(ours.f0_hz[INSIDE][:90], alone.f0_hz[INSIDE], rtol=1e-5)
    np.testing.assert_allclose(ours.f0_hz[700 + 5 : -5], alone.f0_hz[INSIDE], rtol=1e-5)


def test_frames_are_the_same_however_many_are_taken_at_once(spoken):
    samples = spoken[0][: 6 * RATE]
    whole, first = of(samples), 37  # a block that begins elsewhere
    part = pitch(with_context(samples)[first * 160 :], len(samples) - first * 160)
    sure = whole.voicing[first:] >= VOICED_FROM
    np.testing.assert_allclose(part.f0_hz[sure], whole.f0_hz[first:][sure], rtol=1e-5)
    np.testing.assert_allclose(part.voicing, whole.voicing[first:], atol=1e-4)


def test_the_rule_needs_both_voicing_and_level():
    voicing, rms = np.array([0.9, 0.9, 0.5]), np.array([0.1, 1e-4, 0.1])
    assert voiced(voicing, rms).tolist() == [True, False, False]


T = np.arange(2 * RATE) / RATE
TONES = {
    "a bleep": np.sin(2 * np.pi * 1000 * T),
    "a beep": np.sin(2 * np.pi * 440 * T),
    "a dial tone of Europe": np.sin(2 * np.pi * 425 * T),
    "a dial tone of America": np.sin(2 * np.pi * 350 * T) + np.sin(2 * np.pi * 440 * T),
    "a key": np.sin(2 * np.pi * 697 * T) + np.sin(2 * np.pi * 1209 * T),
    "hum": sum(np.sin(2 * np.pi * 50 * k * T) / k**2 for k in (1, 2, 3)),
    "hum of a rectifier": np.sin(2 * np.pi * 100 * T) + 0.3 * np.sin(2 * np.pi * 200 * T),
}


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize(("noise", "offset"), [(0.0, 0.0), (1e-3, 0.0), (1e-3, 0.05)])
def test_a_tone_is_not_voiced(tone: str, noise: float, offset: float) -> None:
    samples = 0.2 * TONES[tone] + np.random.default_rng(0).normal(0, noise, len(T)) + offset
    track = pitch(with_context(samples.astype(np.float32)), len(T))
    assert (track.voicing[5:-5] >= VOICED_FROM).mean() < 0.02


@pytest.mark.parametrize("f0_hz", [80.0, 150.0, 300.0, 450.0])
@pytest.mark.parametrize("band", [None, (300, 3400)], ids=["whole", "telephone"])
def test_a_voice_is_voiced_high_ones_and_over_a_telephone_as_well(f0_hz: float, band: tuple[int, int] | None) -> None:
    voice = harmonics(np.full(len(T), f0_hz), count=20)
    if band is not None:
        voice = scipy.signal.sosfilt(scipy.signal.butter(6, band, "bandpass", fs=RATE, output="sos"), voice)
    voice = voice + np.random.default_rng(0).normal(0, 1e-3, len(T)) + 0.02
    track = pitch(with_context(voice.astype(np.float32)), len(T))
    assert (track.voicing[5:-5] >= VOICED_FROM).mean() > 0.98
    assert np.median(track.f0_hz) == pytest.approx(f0_hz, rel=0.01)


def test_a_bleep_in_speech_makes_no_f0(spoken: list[np.ndarray]) -> None:
    samples = spoken[0].copy()
    middle = slice(len(samples) // 2, len(samples) // 2 + RATE // 2)
    samples[middle] = 0.2 * np.sin(2 * np.pi * 1000 * T[: RATE // 2])
    ranges = []
    for heard in (spoken[0], samples):
        track = pitch(with_context(heard), len(heard))
        f0_hz = track.f0_hz[voiced(track.voicing, rms(with_context(heard), len(heard)))]
        ranges.append(12 * np.log2(np.percentile(f0_hz, 95) / np.percentile(f0_hz, 5)))
    assert ranges[1] == pytest.approx(ranges[0], abs=3)
