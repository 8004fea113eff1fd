"""Where frames lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import get_window

from transforms.features.framing import (
    FRAME_LENGTH,
    HOP,
    frame_count,
    frame_sums,
    framed,
    hann,
    weighted_sums,
    with_context,
)


@given(n=st.integers(1, 2000))
def test_frame_i_is_centred_on_sample_160_i(n):
    samples = np.arange(1, n + 1, dtype=np.float32)
    frames = framed(with_context(samples), n)
    assert frames.shape == (frame_count(n), FRAME_LENGTH)
    assert frames[:, FRAME_LENGTH // 2].tolist() == samples[::HOP].tolist()


def test_a_shorter_frame_is_the_middle_of_the_frame():
    context = with_context(np.arange(1, 1000, dtype=np.float32))
    assert np.array_equal(framed(context, 999, 400), framed(context, 999)[:, 312:712])


def test_sums_over_frames():
    values = np.random.default_rng(0).integers(0, 9, 5000 + 1024)
    assert np.array_equal(frame_sums(values, 5000), framed(values, 5000).sum(axis=1))


@pytest.mark.parametrize("n", [1, 160, 161, 5000])
def test_weighted_sums_over_frames(n):
    random = np.random.default_rng(0)
    values, weights = random.random(n + 1024), random.random(1024)
    np.testing.assert_allclose(weighted_sums(values, n, weights), framed(values, n) @ weights, rtol=1e-12)


@pytest.mark.parametrize(("size", "n"), [(1024, 0), (1024, 1), (1184, 161)])
def test_a_context_of_another_length_is_refused(size, n):
    with pytest.raises(ValueError, match="context"):
        framed(np.zeros(size, np.float32), n)


@given(length=st.integers(2, 4096))
def test_the_window_is_scipys_to_the_bit(length):
    assert np.array_equal(hann(length), get_window("hann", length).astype(np.float32))
