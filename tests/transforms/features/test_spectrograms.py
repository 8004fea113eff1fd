"""Log-mel spectrograms are librosa's, and come back from their bytes."""

from __future__ import annotations

import warnings

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.signals import LENGTHS, RATE, harmonics, synthetic, windows
from transforms.features.framing import frame_count, with_context
from transforms.features.spectrograms import (
    DB_MAX,
    DB_MIN,
    N_MELS,
    frame_times_s,
    log_mel,
    mel_frequencies_hz,
    patches,
    power_spectrum,
    quantise,
    to_db,
)


def assert_librosas(samples):
    ours = np.concatenate([log_mel(context, n) for context, n in windows(samples)])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=1024 is too large")
        power = librosa.feature.melspectrogram(
            y=samples, sr=RATE, n_fft=1024, win_length=400, hop_length=160, n_mels=128, fmin=0, fmax=8000,
            pad_mode="constant",
        )  # fmt: skip
    theirs = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T[: frame_count(len(samples))]
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float32
    # float32 transforms differ by what is 120 dB under the frame's loudest bin.
    loud = theirs > theirs.max(axis=1, keepdims=True) - 70
    np.testing.assert_allclose(ours[loud], theirs[loud], rtol=0, atol=0.01)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.2)


def test_voices(spoken):
    for samples in spoken:
        assert_librosas(samples)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=LENGTHS)
def test_any_length(seed, n):
    assert_librosas(synthetic(seed, n))


def test_silence_is_the_bottom_of_the_range():
    db = log_mel(np.zeros(5024, np.float32), 4000)
    np.testing.assert_allclose(db, DB_MIN, atol=1e-4)
    assert not quantise(db).any()


def test_the_power_spectrum_may_be_given():
    context = with_context(synthetic(3, 9000))
    np.testing.assert_array_equal(log_mel(context, 9000), log_mel(context, 9000, power_spectrum(context, 9000)))


@given(st.lists(st.floats(DB_MIN, DB_MAX, width=32), min_size=1, max_size=50))
def test_bytes_are_within_a_quarter_of_a_decibel(db):
    row = np.array([db], np.float32)
    back = to_db(quantise(row).tobytes(), 1, len(db), DB_MIN, DB_MAX)
    assert back.dtype == np.float32
    assert np.abs(back - row).max() <= 0.24


def test_beyond_the_range_is_clipped():
    assert quantise(np.array([-300.0, -100.0, 20.0, 90.0], np.float32)).tolist() == [0, 0, 255, 255]


def test_rows_are_frames():
    db = np.zeros((3, N_MELS), np.float32)
    db[1, 5] = 20.0
    back = to_db(quantise(db).tobytes(), 3)
    assert np.unravel_index(back.argmax(), back.shape) == (1, 5)


def test_bytes_of_another_size_are_refused():
    with pytest.raises(ValueError, match="384 bytes, not 10"):
        to_db(bytes(10), 3)


def test_times_and_frequencies_say_where_a_tone_is():
    samples = np.zeros(2 * RATE, np.float32)
    samples[RATE : RATE + 4800] = harmonics(np.full(4800, 1000.0), count=1)
    db = log_mel(with_context(samples), len(samples))
    times, frequencies = frame_times_s(len(db), start_s=10.0), mel_frequencies_hz()
    assert len(frequencies) == N_MELS
    frame, mel = np.unravel_index(db.argmax(), db.shape)
    assert 11.0 <= times[frame] <= 11.3
    assert frequencies[mel] == pytest.approx(1000, abs=30)


def test_each_filter_peaks_at_its_frequency():
    peaks = librosa.filters.mel(sr=RATE, n_fft=65_536, n_mels=N_MELS, fmin=0, fmax=8000).argmax(axis=1)
    np.testing.assert_allclose(peaks * RATE / 65_536, mel_frequencies_hz(), atol=0.3)


def test_patches_tile_the_spectrogram():
    db = np.arange(50 * N_MELS, dtype=np.float32).reshape(50, N_MELS)
    cut = patches(db)
    assert cut.shape == (3, 8, 16, 16)
    np.testing.assert_array_equal(cut[2, 7], db[32:48, 112:128])
    assert patches(db, stride=10).shape == (4, 12, 16, 16)
    np.testing.assert_array_equal(patches(db, stride=10)[1, 2], db[10:26, 20:36])
    assert patches(db[:15]).shape == (0, 8, 16, 16)
