"""Against pyloudnorm on the whole array, and against definitions written out naively."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from transforms.audio.loudness import LoudnessMeter


def measure(samples: np.ndarray, rate: int, size: int = 65_536) -> LoudnessMeter:
    meter = LoudnessMeter(rate, samples.shape[1])
    for begin in range(0, len(samples), size):
        meter.push(samples[begin : begin + size])
    return meter


def swell(rate: int, channels: int, seconds: float) -> np.ndarray:
    """Noise and a low tone that swell, with a second of near silence for the gates."""
    n = round(seconds * rate)
    t = np.arange(n) / rate
    noise = np.random.default_rng(channels).standard_normal((n, channels)) * 0.1
    tone = 0.3 * np.sin(2 * np.pi * np.outer(t, 50 + 40 * np.arange(channels)))
    level = np.where((t > 1) & (t < 2), 1e-5, 0.1 + t / seconds)
    return ((noise + tone) * level[:, np.newaxis]).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [0.4, 0.46, 3.333, 5.07])
def test_integrated_loudness_is_that_of_pyloudnorm(rate: int, channels: int, seconds: float) -> None:
    samples = swell(rate, channels, seconds)
    expected = pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64))
    assert measure(samples, rate, size=7_001).integrated_lufs() == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("channels", [3, 4, 5])
def test_surround_channels_weigh_as_in_pyloudnorm(channels: int) -> None:
    samples = swell(48_000, channels, 3)
    expected = pyloudnorm.Meter(48_000).integrated_loudness(samples.astype(np.float64))
    assert measure(samples, 48_000).integrated_lufs() == pytest.approx(expected, abs=0.003)


def test_more_channels_than_the_standard_names() -> None:
    five_one = swell(16_000, 6, 3)
    without_low = np.delete(five_one, 3, axis=1)
    assert measure(five_one, 16_000).integrated_lufs() == measure(without_low, 16_000).integrated_lufs()
    one = swell(16_000, 1, 3)
    array_of_eight = measure(np.repeat(one, 8, axis=1), 16_000).integrated_lufs()
    alone = measure(one, 16_000).integrated_lufs()
    assert array_of_eight == pytest.approx(alone + 10 * np.log10(8), abs=1e-3)


def test_a_full_scale_tone_has_the_loudness_that_the_standard_gives_it() -> None:
    """ITU-R BS.1770-4: 0 dBFS at 997 Hz in one channel reads -3.01 LKFS (pyloudnorm's filters: 0.02 off)."""
    tone = np.sin(2 * np.pi * 997 * np.arange(5 * 48_000) / 48_000).astype(np.float32)[:, np.newaxis]
    assert measure(tone, 48_000).integrated_lufs() == pytest.approx(-3.01, abs=0.05)


def test_what_has_no_loudness() -> None:
    silence = measure(np.zeros((16_000, 2), np.float32), 16_000)
    assert (silence.integrated_lufs(), silence.peak_dbfs, silence.clipped_share) == (None, None, 0.0)
    assert measure(swell(16_000, 1, 0.39), 16_000).integrated_lufs() is None
    assert measure(swell(16_000, 1, 3) * np.float32(1e-5), 16_000).integrated_lufs() is None
    assert measure(swell(2_000, 1, 3), 2_000).integrated_lufs() is None
    nothing = LoudnessMeter(16_000, 1)
    assert (nothing.integrated_lufs(), nothing.peak_dbfs, nothing.clipped_share) == (None, None, 0.0)


@pytest.mark.parametrize(("peak", "decibels"), [(1.0, 0.0), (-0.5, -6.0206), (2.0, 6.0206)])
def test_peak_is_the_largest_magnitude_of_any_channel(peak: float, decibels: float) -> None:
    samples = np.full((1000, 3), 0.01, np.float32)
    samples[700, 2] = peak
    assert measure(samples, 8_000, size=300).peak_dbfs == pytest.approx(decibels, abs=1e-3)


@pytest.mark.parametrize("size", [1_600, 800, 1_000, 16_000])
def test_a_hop_may_end_with_a_block(size: int) -> None:
    samples = swell(16_000, 2, 3)
    assert measure(samples, 16_000, size).integrated_lufs() == pytest.approx(
        measure(samples, 16_000).integrated_lufs(), abs=1e-4
    )
