"""The gain under which speech is looked for."""

from __future__ import annotations

import numpy as np
import pytest

from transforms.audio.level import (
    AROUND,
    FRAME,
    LOWEST_DBFS,
    MOST_DB,
    NEEDED_AHEAD,
    TARGET_DBFS,
    Leveller,
    gains,
    lifted,
    offsets,
)


def levelled(samples: np.ndarray, sizes: list[int]) -> np.ndarray:
    """Offset and gain, [2, channels, n], of [channels, 512 n] that comes in blocks of so many frames."""
    leveller, found, at, turn = Leveller(len(samples)), [], 0, 0
    while at < samples.shape[1]:
        end = at + sizes[turn % len(sizes)] * FRAME
        found.append(leveller.push(samples[:, at:end]))
        at, turn = end, turn + 1
    return np.concatenate([*found, leveller.push(samples[:, :0], last=True)], axis=2)


def noise(n_frames: int, seed: int = 0) -> np.ndarray:
    """Two channels whose level and offset change: float32 [2, 512 n]."""
    rng = np.random.default_rng(seed)
    level = 10 ** rng.uniform(-4, 0, (2, -(-n_frames // 40))).repeat(40 * FRAME, axis=1)[:, : n_frames * FRAME]
    return (level * rng.normal(0, 1, level.shape) + rng.uniform(-0.1, 0.1, (2, 1))).astype(np.float32)


@pytest.mark.parametrize("sizes", [[1], [7, 200, 3], [5000]], ids=["frames", "uneven", "whole"])
@pytest.mark.parametrize("n_frames", [1, 3, 70, 2500])
def test_blocks_have_the_gains_of_the_whole(n_frames: int, sizes: list[int]) -> None:
    samples = noise(n_frames)
    frames = samples.reshape(2, n_frames, FRAME).astype(np.float64)
    offset, gain = levelled(samples, sizes)
    np.testing.assert_allclose(offset, offsets(frames.mean(axis=2)), atol=1e-6)
    np.testing.assert_allclose(gain, gains(frames.var(axis=2)), rtol=1e-4)


def test_a_factor_is_taken_back() -> None:
    samples = noise(300)
    _, usual = levelled(samples, [50])
    _, gain = levelled(samples * np.float32(0.1), [50])
    np.testing.assert_allclose(gain * 0.1, usual, rtol=1e-3)


def test_what_is_loudest_is_brought_to_the_target_and_a_click_is_not_the_loudest() -> None:
    quiet = np.full((1, 600), 1e-6)
    np.testing.assert_allclose(gains(quiet), 10 ** ((TARGET_DBFS + 60) / 20))
    quiet[0, 300:302] = 1.0
    np.testing.assert_allclose(gains(quiet), 10 ** ((TARGET_DBFS + 60) / 20))


def test_beside_speech_its_room_is_lifted_so_far_and_no_further() -> None:
    powers = np.full((1, 2000), 1e-8)
    powers[0, 500:600] = 1e-2
    gain = 20 * np.log10(gains(powers)[0])
    assert gain[550] == pytest.approx(TARGET_DBFS + 20)
    np.testing.assert_allclose(gain[600 + AROUND : 1500], TARGET_DBFS + 20 + MOST_DB, atol=1e-9)
    np.testing.assert_allclose(gain[:400], TARGET_DBFS + 80, atol=1e-9)  # nobody has spoken yet
    np.testing.assert_allclose(gain[1600:], TARGET_DBFS + 80, atol=1e-9)  # half a minute later


def test_digital_silence_has_a_gain() -> None:
    np.testing.assert_allclose(gains(np.zeros((1, 10))), 10 ** ((TARGET_DBFS - LOWEST_DBFS) / 20))


def test_it_keeps_what_half_a_minute_needs() -> None:
    leveller, given = Leveller(1), 0
    for _ in range(100):
        given += leveller.push(np.zeros((1, 100 * FRAME), np.float32))[0].shape[1]
        assert leveller._known.shape[2] < 1200
    assert given == 10_000 - NEEDED_AHEAD


def test_models_hear_a_clip_of_any_level_as_if_it_were_the_usual_one() -> None:
    loud = (0.3 * np.sin(np.arange(4000) / 7)).astype(np.float32)
    assert lifted(loud) is loud
    for exponent in (-8, -12, -15, -30):
        assert np.array_equal(lifted(np.ldexp(loud, exponent)), loud)
    assert 0.25 <= np.abs(lifted(loud * np.float32(1e-5))).max() < 0.5
    assert not lifted(np.zeros(5, np.float32)).any()
    assert len(lifted(np.zeros(0, np.float32))) == 0
