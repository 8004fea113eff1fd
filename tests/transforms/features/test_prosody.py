"""Prosody of signals whose answers are known, and of real speech."""

from __future__ import annotations

from dataclasses import asdict

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Pitch
from tests.transforms.signals import RATE, harmonics, real_speech, synthetic
from transforms.features.frames import rms
from transforms.features.framing import with_context
from transforms.features.pitch import pitch, voiced
from transforms.features.prosody import intensity_db, prosody, syllable_nuclei


def all_speech(samples):
    return np.ones(-(-len(samples) // 512), np.float32)


def bumps(count, seconds, depth_db=12.0, f0=150.0):
    """A voice whose level swells ``count`` times."""
    n = int(seconds * RATE)
    swell = -np.cos(2 * np.pi * count * np.arange(n) / n)  # a trough at both ends
    return harmonics(np.full(n, f0)) * (10 ** (depth_db * (swell - 1) / 40)).astype(np.float32)


@pytest.mark.parametrize(("count", "seconds"), [(1, 0.4), (3, 1.0), (8, 2.0), (20, 5.0), (30, 5.0)])
def test_each_bump_is_a_syllable(count, seconds):
    samples = bumps(count, seconds)
    assert prosody(samples, all_speech(samples)).speaking_rate == pytest.approx(count / seconds)


def test_a_ripple_under_two_decibels_is_one_syllable():
    samples = bumps(6, 2.0, depth_db=1.5) * np.linspace(0.9, 1, 2 * RATE, dtype=np.float32)
    assert prosody(samples, all_speech(samples)).speaking_rate == pytest.approx(0.5)


def test_bumps_of_noise_are_not_syllables():
    swell = 0.6 - 0.4 * np.cos(2 * np.pi * 3 * np.arange(2 * RATE) / RATE)
    samples = (0.1 * np.random.default_rng(0).standard_normal(2 * RATE) * swell).astype(np.float32)
    assert prosody(samples, all_speech(samples)).speaking_rate == 0


def test_peaks_far_under_the_loudest_are_not_syllables():
    intensity = np.repeat([-60.0, -10.0, -60.0, -30.0, -60.0, -40.0, -60.0], 9)
    voicing = np.ones(63)
    assert syllable_nuclei(intensity, voicing).tolist() == [13, 31]
    voicing[31] = 0.4
    assert syllable_nuclei(intensity, voicing).tolist() == [13]


def test_the_melody_of_a_glide():
    samples = harmonics(np.geomspace(100, 200, 2 * RATE))
    ours = prosody(samples, all_speech(samples))
    assert ours.f0_median_hz == pytest.approx(100 * np.sqrt(2), rel=0.01)
    assert ours.f0_median_semitones == pytest.approx(6, abs=0.2)
    assert ours.f0_range_semitones == pytest.approx(0.9 * 12, abs=0.3)
    assert ours.voiced_share > 0.97


def test_half_a_voice():
    samples = np.concatenate([harmonics(np.full(RATE, 120.0)), np.zeros(RATE, np.float32)])
    speech = np.repeat(np.float32([0.9, 0.1]), 31)
    ours = prosody(samples, speech)
    assert ours.voiced_share == pytest.approx(0.5, abs=0.05)
    assert ours.pause_share == pytest.approx(0.5)
    assert ours.f0_median_hz == pytest.approx(120, rel=0.005)
    assert ours.intensity_range_db < 6  # the silence is no speech


def test_intensity_of_a_full_scale_sine():
    samples = np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE).astype(np.float32)
    ours = prosody(samples, all_speech(samples))
    assert ours.intensity_dbfs == pytest.approx(-3.01, abs=0.01)
    assert ours.intensity_range_db == pytest.approx(0, abs=0.1)
    context = np.pad(samples, 512)
    np.testing.assert_allclose(intensity_db(context, RATE)[5:-5], -3.01, atol=0.05)


def test_the_range_of_intensity():
    steps = np.repeat(np.float32([1.0, 0.1]), RATE)
    samples = harmonics(np.full(2 * RATE, 150.0)) * steps
    assert prosody(samples, all_speech(samples)).intensity_range_db == pytest.approx(20, abs=0.5)


def test_noise_has_no_melody():
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    ours = prosody(noise, all_speech(noise))
    assert (ours.f0_median_hz, ours.f0_median_semitones, ours.f0_range_semitones) == (None, None, None)
    assert ours.voiced_share == ours.speaking_rate == 0
    assert ours.intensity_dbfs == pytest.approx(-20, abs=0.1)


def test_digital_silence_has_no_intensity():
    ours = prosody(np.zeros(RATE, np.float32), np.zeros(32, np.float32))
    assert (ours.intensity_dbfs, ours.intensity_range_db, ours.f0_median_hz) == (None, None, None)
    assert (ours.voiced_share, ours.speaking_rate, ours.pause_share) == (0, 0, 1)


def test_people_whose_pitch_is_known(shared_audio):
    jfk, woman, man, _, _ = real_speech(shared_audio)
    assert prosody(woman, all_speech(woman)).f0_median_hz == pytest.approx(210, rel=0.1)
    assert prosody(man, all_speech(man)).f0_median_hz == pytest.approx(103, rel=0.1)
    assert 1.5 <= prosody(jfk, all_speech(jfk)).speaking_rate <= 4  # an orator's slow pace


def test_voices(spoken):
    """Every figure is one that a voice has, and the pitch is that of another way to find it."""
    for samples in spoken[:4]:
        ours = prosody(samples, all_speech(samples))
        f0, is_voiced, _ = librosa.pyin(samples, fmin=65, fmax=500, sr=RATE, frame_length=1024, hop_length=160)
        assert ours.f0_median_hz == pytest.approx(np.median(f0[is_voiced]), rel=0.05)
        assert 1.5 <= ours.speaking_rate <= 7
        assert 3 <= ours.f0_range_semitones <= 20
        assert 0.3 <= ours.voiced_share <= 0.9
        assert -40 <= ours.intensity_dbfs <= -10
        assert 10 <= ours.intensity_range_db <= 60


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 80_000))
def test_every_figure_is_finite_and_in_its_range(seed, n):
    speech = np.random.default_rng(seed).random(-(-n // 512), np.float32)
    ours = asdict(prosody(synthetic(seed, n), speech))
    assert all(value is None or np.isfinite(value) for value in ours.values())
    assert all(type(value) in (float, type(None)) for value in ours.values())
    for share in ("voiced_share", "pause_share"):
        assert 0 <= ours[share] <= 1
    for name in ("f0_range_semitones", "intensity_range_db", "speaking_rate"):
        assert ours[name] is None or ours[name] >= 0


@pytest.mark.parametrize("start", [3200, 3200 + 512, 3200 + 5 * 512])
def test_the_pitch_of_the_recording_may_be_given(spoken, start):
    """Its frames are the recording's, up to 10 ms later than the segment's own."""
    samples, end = spoken[3], start + 40 * 512
    whole = pitch(with_context(samples), len(samples))
    first, last = -(-start // 160), -(-end // 160)
    track = Pitch(whole.f0_hz[first:last], whole.voicing[first:last])
    segment = samples[start:end]
    ours = prosody(segment, all_speech(segment), track, first * 160 - start)
    alone = prosody(segment, all_speech(segment))
    assert ours.f0_median_semitones == pytest.approx(alone.f0_median_semitones, abs=0.3)
    assert ours.voiced_share == pytest.approx(alone.voiced_share, abs=0.05)
    assert ours.intensity_dbfs == alone.intensity_dbfs
    assert ours.intensity_range_db == pytest.approx(alone.intensity_range_db, abs=1)
    level = rms(with_context(segment)[first * 160 - start :], len(segment) - (first * 160 - start))
    by_hand = voiced(track.voicing, level)
    assert ours.voiced_share == by_hand.mean()
    assert ours.f0_median_hz == pytest.approx(np.median(track.f0_hz[by_hand]), rel=2e-3)


def test_a_segment_between_two_frames_has_its_own():
    samples = harmonics(np.full(100, 150.0))
    nothing = Pitch(np.zeros(0, np.float32), np.zeros(0, np.float32))
    assert prosody(samples, all_speech(samples), nothing, 128) == prosody(samples, all_speech(samples))


def test_a_segment_without_samples_is_refused():
    with pytest.raises(ValueError, match="samples"):
        prosody(np.zeros(0, np.float32), np.ones(1, np.float32))


def test_quiet_speech_has_the_melody_of_loud_speech(spoken: list[np.ndarray]) -> None:
    samples = spoken[0]
    speech = np.ones(-(-len(samples) // 512), np.float32)
    loud, quiet = prosody(samples, speech), prosody(samples * np.float32(1e-3), speech)
    assert quiet.f0_median_hz == pytest.approx(loud.f0_median_hz, rel=0.02)
    assert quiet.f0_range_semitones == pytest.approx(loud.f0_range_semitones, abs=1)
    assert quiet.intensity_range_db == pytest.approx(loud.intensity_range_db, abs=0.1)


def test_an_offset_is_no_intensity(spoken: list[np.ndarray]) -> None:
    samples = spoken[0]
    speech = np.ones(-(-len(samples) // 512), np.float32)
    plain, shifted = prosody(samples, speech), prosody(samples + np.float32(0.05), speech)
    assert shifted.intensity_range_db == pytest.approx(plain.intensity_range_db, abs=0.5)
    assert shifted.intensity_dbfs == pytest.approx(plain.intensity_dbfs, abs=0.1)
