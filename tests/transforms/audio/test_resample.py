from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.audio.resample import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, Resampler

RATES = [LOWEST_RATE_HZ, 8_000, 11_025, 16_000, 22_254, 44_100, 48_000, 192_000, HIGHEST_RATE_HZ]


def resample(samples: np.ndarray, rate_in: int, rate_out: int, sizes: list[int]) -> np.ndarray:
    resampler = Resampler(rate_in, rate_out, 1 if samples.ndim == 1 else samples.shape[1])
    pieces = [resampler.push(piece) for piece in np.split(samples, np.cumsum(sizes))]
    return np.concatenate([*pieces, resampler.flush()])


@settings(deadline=None, max_examples=60)
@given(
    rate_in=st.sampled_from(RATES),
    rate_out=st.sampled_from([16_000, 48_000]),
    channels=st.integers(0, 3),
    sizes=st.lists(st.integers(0, 3000), max_size=5),
)
def test_uneven_blocks_give_what_one_call_gives(rate_in: int, rate_out: int, channels: int, sizes: list[int]) -> None:
    shape = 5000 if channels == 0 else (5000, channels)
    samples = np.random.default_rng(sum(sizes)).uniform(-1, 1, shape).astype(np.float32)
    streamed = resample(samples, rate_in, rate_out, sizes)
    assert streamed.dtype == np.float32
    assert abs(len(streamed) - round(5000 * rate_out / rate_in)) <= 1
    if rate_in == rate_out:
        np.testing.assert_array_equal(streamed, samples)
    else:
        np.testing.assert_allclose(streamed, soxr.resample(samples, rate_in, rate_out, quality="HQ"), atol=1e-6)


@pytest.mark.parametrize("rate_in", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("shape", [(0,), (0, 2)])
def test_nothing_gives_nothing(rate_in: int, shape: tuple[int, ...]) -> None:
    assert resample(np.empty(shape, np.float32), rate_in, 16_000, []).shape == shape
    assert len(Resampler(rate_in, 16_000, 2).flush()) == 0


@pytest.mark.parametrize("rate_in", [LOWEST_RATE_HZ, 44_100, HIGHEST_RATE_HZ])
def test_a_tone_keeps_its_level(rate_in: int) -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(rate_in // 4) / rate_in).astype(np.float32)
    middle = resample(tone, rate_in, 16_000, [])[1000:-1000]
    assert np.abs(middle).max() == pytest.approx(1, abs=2e-3)
