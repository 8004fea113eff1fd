"""Half waves are counted by their level, whatever blocks they come in."""

from __future__ import annotations

import numpy as np
import pytest

from transforms.audio.halfwaves import BROAD, STEPS, WINDOW, HalfWaves


def of(samples: np.ndarray, size: int) -> HalfWaves:
    waves = HalfWaves(samples.shape[1])
    for at in range(0, len(samples), size):
        waves.push(samples[at : at + size])
    return waves


def test_a_square_wave_is_at_its_top_all_the_time_and_a_sine_41_percent_of_it() -> None:
    phase = 2 * np.pi * 50 * (np.arange(WINDOW) + 0.5) / 16_000
    both = np.stack([0.5 * np.sin(phase), 0.25 * np.sign(np.sin(phase))], axis=1).astype(np.float32)
    waves = of(both, WINDOW)
    for channel, top in ((0, 1 - 2 * np.arcsin(BROAD) / np.pi), (1, 1.0)):
        for side in (0, 1):
            count, samples, squares, tops = waves.levels(channel, side)[:, 0]
            assert 100 <= count <= 102
            assert samples == pytest.approx(160 * count, rel=0.01)
            assert squares == pytest.approx(160**2 * count, rel=0.02)
            assert tops / samples == pytest.approx(top, abs=0.02)


def test_a_level_is_half_a_decibel_and_blocks_are_nothing() -> None:
    seed = 5
    print(f"seed {seed}")
    noise = np.random.default_rng(seed).standard_normal((3 * WINDOW + 777, 2)).astype(np.float32)
    expected = of(noise, len(noise))
    for size in (1000, WINDOW, 50_001):
        found = of(noise, size)
        for channel, side in np.ndindex(2, 2):
            assert np.array_equal(found.levels(channel, side), expected.levels(channel, side))
    wave = np.sin(np.arange(WINDOW) / 20).astype(np.float32)
    mixed = np.concatenate([wave, wave * np.float32(2 ** (-3.5 / STEPS))])[:, None]
    assert np.flatnonzero(of(mixed, 4096).levels(0, 0)[0]).max() in (3, 4)
