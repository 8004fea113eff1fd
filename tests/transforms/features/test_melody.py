"""The pitch of a stream is that of the whole, whatever blocks it comes in."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.signals import synthetic
from transforms.features.framing import frame_count, with_context
from transforms.features.melody import Melody
from transforms.features.pitch import pitch


def streamed(samples: np.ndarray, size: int) -> Melody:
    melody = Melody()
    for at in range(0, len(samples), size):
        melody.push(samples[at : at + size])
    melody.finish()
    return melody


@pytest.mark.parametrize("n", [1, 159, 160, 161, 512, 1024, 40_000])
@pytest.mark.parametrize("size", [1_000, 7, 65_536])
def test_blocks_give_the_pitch_of_the_whole(n: int, size: int) -> None:
    samples = synthetic(3, n)
    found, expected = streamed(samples, size).within(0, n), pitch(with_context(samples), n)
    assert found.f0_hz.shape == found.voicing.shape == (frame_count(n),)
    np.testing.assert_allclose(found.voicing, expected.voicing, atol=1e-4)
    sure = expected.voicing > 0.5
    np.testing.assert_allclose(found.f0_hz[sure], expected.f0_hz[sure], rtol=1e-4)


@pytest.mark.parametrize(
    ("start", "end", "frames"), [(0, 160, [0]), (0, 161, [0, 1]), (1, 160, []), (512, 1024, [4, 5, 6]), (320, 321, [2])]
)
def test_a_stretch_has_the_frames_that_are_centred_inside_it(start: int, end: int, frames: list[int]) -> None:
    melody = streamed(synthetic(4, 2_000), 500)
    whole = melody.within(0, 2_000)
    found = melody.within(start, end)
    assert found.f0_hz.tolist() == whole.f0_hz[frames].tolist()
    assert found.voicing.tolist() == whole.voicing[frames].tolist()


def test_a_frame_is_known_once_its_samples_are() -> None:
    melody = Melody()
    melody.push(synthetic(5, 1_000 * 160 + 513))
    melody.within(0, 1_000 * 160 + 1)
    with pytest.raises(ValueError, match="are known"):
        melody.within(0, 1_001 * 160 + 1)


def test_what_is_trimmed_is_forgotten_and_the_rest_stays() -> None:
    melody, samples = Melody(), synthetic(6, 64_000)
    melody.push(samples[:32_000])
    before = melody.within(16_000, 30_000)
    melody.trim(16_000)
    melody.push(samples[32_000:])
    assert melody.within(16_000, 30_000).f0_hz.tolist() == before.f0_hz.tolist()
    with pytest.raises(ValueError, match="are known"):
        melody.within(15_000, 30_000)
    melody.trim(1_000_000)
    melody.finish()
    assert len(melody.within(63_500, 64_000).f0_hz) == 3
