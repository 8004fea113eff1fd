"""A recursive filter by matrices against scipy's, which goes from sample to sample."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import butter, sosfilt

from transforms.audio.iir import RecursiveFilter, RowFilter


def weighting(rate: int) -> np.ndarray:
    """The K-weighting of ITU-R BS.1770-4, whose high-pass at 38 Hz remembers for long."""
    return np.stack([np.r_[f.b, f.a] for f in pyloudnorm.Meter(rate)._filters.values()])


def in_pieces(filter: RecursiveFilter, samples: np.ndarray, sizes: list[int]) -> np.ndarray:
    edges = np.cumsum(sizes)
    pieces = np.split(samples, edges[edges < samples.shape[1]], axis=1)
    return np.concatenate([filter.push(np.ascontiguousarray(piece)) for piece in pieces], axis=1)


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("sizes", [[200_000], [1, 47, 48, 49, 7_001, 0, 65_536], [31] * 7_000])
def test_it_filters_as_scipy_does_in_float64(rate: int, sizes: list[int]) -> None:
    samples = np.random.default_rng(0).standard_normal((2, 200_000)).astype(np.float32)
    samples[1, 50_000:90_000] += 3  # an offset, which the high-pass takes away
    expected = sosfilt(weighting(rate), samples.astype(np.float64))
    found = in_pieces(RecursiveFilter(RowFilter.of(weighting(rate)), 2), samples, sizes)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 3e-5 * np.abs(expected).max()


def test_any_number_of_sections() -> None:
    samples = np.random.default_rng(1).standard_normal((1, 5_000)).astype(np.float32)
    for order in (2, 6):
        sections = butter(order, 0.05, output="sos")
        expected = sosfilt(sections, samples.astype(np.float64))
        assert np.allclose(RecursiveFilter(RowFilter.of(sections), 1).push(samples), expected, atol=1e-5)


def test_nothing_is_left_in_silence() -> None:
    one = RecursiveFilter(RowFilter.of(weighting(44_100)), 1)
    one.push(np.ones((1, 1_000), np.float32))
    last = [one.push(np.zeros((1, 4_410), np.float32)) for _ in range(10)][-1]
    assert not last.any()  # no denormal numbers, which cost ten times as much
