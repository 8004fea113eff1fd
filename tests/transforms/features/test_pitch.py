"""f0 is librosa's YIN; voicing tells voices from noise."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from tests.transforms.signals import RATE, harmonics
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
    for samples in (np.ones(1, np.float32), np.zeros(161, np.float32), harmonics(np.full(999, 40.0))):
        ours = of(samples)
        assert ours.f0_hz.dtype == ours.voicing.dtype == np.float32
        assert ((ours.f0_hz >= 64) & (ours.f0_hz <= 501)).all()
        assert ((ours.voicing >= 0) & (ours.voicing <= 1)).all()


def test_the_rule_needs_both_voicing_and_level():
    voicing, rms = np.array([0.9, 0.9, 0.5]), np.array([0.1, 1e-4, 0.1])
    assert voiced(voicing, rms).tolist() == [True, False, False]
