"""The descriptors are librosa's of the whole recording, whatever windows it is cut into."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.signals import LENGTHS, RATE, harmonics, synthetic, windows
from transforms.features.frames import describe
from transforms.features.framing import frame_count, with_context
from transforms.features.spectrograms import power_spectrum


def described(samples):
    parts = [asdict(describe(context, n)) for context, n in windows(samples)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def assert_librosas(samples):
    ours, n_frames = described(samples), frame_count(len(samples))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=1024 is too large")
        rms = librosa.feature.rms(y=samples, frame_length=1024, hop_length=160)
        crossings = librosa.feature.zero_crossing_rate(
            np.pad(samples, 512), frame_length=1024, hop_length=160, center=False
        )
        centroid = librosa.feature.spectral_centroid(
            y=samples, sr=RATE, n_fft=1024, win_length=400, hop_length=160, pad_mode="constant"
        )
        f0 = librosa.yin(samples, fmin=65, fmax=500, sr=RATE, frame_length=1024, hop_length=160)
    assert {name: (len(values), values.dtype) for name, values in ours.items()} == dict.fromkeys(
        ours, (n_frames, np.float32)
    )
    np.testing.assert_allclose(ours["rms"], rms[0, :n_frames], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(ours["zero_crossing_rate"], crossings[0, :n_frames], rtol=0, atol=1e-7)
    np.testing.assert_allclose(ours["spectral_centroid_hz"], centroid[0, :n_frames], rtol=1e-4, atol=0.1)
    voiced = ~np.isnan(ours["f0_hz"])
    # A trough exactly as deep as YIN's threshold may fall on either side of it in float32.
    apart = np.abs(ours["f0_hz"][voiced] / f0[:n_frames][voiced] - 1) > 1e-4
    assert apart.sum() <= max(1, 1e-3 * n_frames)
    return voiced


def test_voices(spoken):
    for samples in spoken:
        voiced = assert_librosas(samples)
        assert 0.3 < voiced.mean() < 0.9


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=LENGTHS)
def test_any_length(seed, n):
    assert_librosas(synthetic(seed, n))


def test_windows_meet_at_a_multiple_of_the_hop():
    assert_librosas(synthetic(1, 320_000))


def test_digital_silence():
    silence = described(np.zeros(4000, np.float32))
    for name in ("rms", "zero_crossing_rate", "spectral_centroid_hz", "voicing"):
        assert not silence[name].any(), name
    assert np.isnan(silence["f0_hz"]).all()


def test_a_tone_under_minus_60_dbfs_is_not_voiced():
    tone = harmonics(np.full(16_000, 200.0))
    tone /= np.sqrt(np.mean(tone**2))
    for level_db, voiced in ((-57, True), (-63, False)):
        frames = described(tone * np.float32(10 ** (level_db / 20)))
        assert (np.isfinite(frames["f0_hz"][5:-5]) == voiced).all()
        assert frames["voicing"][5:-5].min() > 0.9


def test_the_power_spectrum_may_be_given():
    context = with_context(synthetic(2, 20_000))
    for name, values in asdict(describe(context, 20_000, power_spectrum(context, 20_000))).items():
        np.testing.assert_array_equal(values, asdict(describe(context, 20_000))[name])


def test_threads_do_not_disturb_each_other():
    contexts = [with_context(synthetic(seed, 50_000)) for seed in range(8)]
    alone = [describe(context, 50_000) for context in contexts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda context: describe(context, 50_000), contexts))
    for one, other in zip(alone, together, strict=True):
        for name, values in asdict(one).items():
            np.testing.assert_array_equal(values, asdict(other)[name])


def test_a_context_without_its_margins_is_refused():
    with pytest.raises(ValueError, match="context"):
        describe(np.zeros(160, np.float32), 160)
